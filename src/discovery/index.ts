export { parsePeerAddress } from './addresses.ts'
export { apiUrl, shownUrl } from './api-url.ts'
export { type FromBeaconApiOptions, fromBeaconApi } from './beacon-api.ts'
export {
  encodeJoinDocument,
  type FetchJoinDocumentOptions,
  fetchJoinDocument,
  type JoinDocument,
  joinDocumentPath,
  joinDocumentUrl,
  parseJoinDocument,
} from './join-document.ts'
export { readJson } from './read-json.ts'
