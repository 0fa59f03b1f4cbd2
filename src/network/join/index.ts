export { joinedOptions } from './join-options.ts'
export { keepJoined } from './keep-joined.ts'
