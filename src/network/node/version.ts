/** This package's version, as peers see it in `agentVersion`. A test compares it with package.json. */
export const VERSION = '0.1.0'
