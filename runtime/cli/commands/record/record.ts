/** `record`: saves what both APIs and webhooks said, without any person's data, to be replayed offline by `test`. */
import { basename, dirname } from 'node:path'
import { makeCaseFile } from '../../../conformance/recording/case-from-recording.ts'
import { assertNoPersonalData, redactRecording } from '../../../conformance/recording/redact-recording.ts'
import type { CommandDefinition } from '../../command.ts'
import { EXIT_CODES } from '../../errors.ts'
import { writeFiles } from '../../output/write-file.ts'
import { collectRecording } from './collect-recording.ts'
import { createSpecRedactor } from './create-spec-redactor.ts'
import { openOffline } from './open-offline.ts'
import { caseOutput, recordingFolder, toTextFiles } from './output-files.ts'
import { parseRequest, recordOptions } from './record-options.ts'
import { reportCase, reportRecording } from './report.ts'

export const recordCommand: CommandDefinition = {
  name: 'record',
  summary: 'Save real exchanges and webhooks as offline fixtures, with substitutes in place of all personal data.',
  options: recordOptions,
  examples: [
    ['record --stream tickets --limit 20', 'the first 20 tickets with their lookups; sends nothing'],
    ['record --topic ticket.created --wait', 'the next such webhook; runs beside `start`'],
    ['record --dead expression/T2001 --case tests/dead-letter.yaml', 'a case of each dead letter with this fault'],
    ['record --trace 215472 --keep "Order number"', 'one conversation or ticket of the ledger'],
    ['record --har session.har', 'what a browser or a proxy has seen of both APIs'],
    ['record --from samples/ --dry-run', 'what would be replaced in JSON that was made by hand'],
  ],
  async run(context, input) {
    const request = parseRequest(input)
    const output = request.caseFile === undefined ? undefined : caseOutput(request.caseFile, context)
    const { recording, loaded, notes } = await collectRecording(request, context)
    for (const note of notes) context.note(`note: ${note}`)
    const redactor = await createSpecRedactor(loaded, request.keep, context)
    const redacted = await redactRecording(recording, redactor, loaded.spec)
    if (output === undefined || request.dryRun) {
      const folder = request.dryRun ? undefined : recordingFolder(request, recording.manifest.what, context)
      if (folder !== undefined) await writeFiles(folder, toTextFiles(redacted.files))
      reportRecording({ ...redacted, ...(folder !== undefined && { folder }) }, context)
      return EXIT_CODES.ok
    }
    const made = await makeCaseFile(redacted.recording, output, { spec: loaded.spec, open: openOffline(context) })
    const files = new Map([[basename(output.path), made.text], ...made.fixtures])
    assertNoPersonalData(files, redactor)
    await writeFiles(dirname(output.path), toTextFiles(files))
    reportCase({ made, path: output.path, isDead: request.origin.kind === 'dead' }, context)
    return EXIT_CODES.ok
  },
}
