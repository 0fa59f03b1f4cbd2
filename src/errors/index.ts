export { errorCodes, type LamparaErrorCode } from './codes.ts'
export { isLamparaError, LamparaError, type LamparaErrorOptions } from './lampara-error.ts'
export { messageOf } from './message-of.ts'
