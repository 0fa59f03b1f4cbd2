// What most pages never need before their first head, or at all: one chunk, since several would break up what they share.
export { createOwnRecord } from './own-record.ts'
export { checkRecruitingOptions, type Recruiting, type RecruitingParts, startNetworkRecruiting } from './recruiting.ts'
