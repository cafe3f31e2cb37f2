/** Writes conformance/courses from the courses of the sandbox. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { writeCourses } from './courses/write-courses.ts'

const folder = new URL('../conformance/courses/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, text] of await writeCourses()) writeFileSync(new URL(name, folder), text)
