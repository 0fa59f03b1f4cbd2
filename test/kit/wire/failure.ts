import { isLamparaError, type LamparaErrorCode } from '../../../src/errors/index.ts'

/** The code that a call fails with, or `undefined` when it does not. Anything but a LamparaError is thrown on: that is a crash. */
export function failureOf(run: () => unknown): LamparaErrorCode | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (isLamparaError(error)) return error.code
    throw error
  }
}

/** As `failureOf()`, for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<LamparaErrorCode | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    if (isLamparaError(error)) return error.code
    throw error
  }
}
