export { errorCodes, type LamparaErrorCode } from './codes.ts'
export { isLamparaError, LamparaError, type LamparaErrorOptions, messageOf } from './lampara-error.ts'
