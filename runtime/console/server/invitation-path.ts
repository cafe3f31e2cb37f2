/** Where invitations lead. */
export const INVITATION_PATH = '/invitation'
