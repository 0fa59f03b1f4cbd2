export { type BootstrapList, type BootstrapListOptions, createBootstrapList } from './bootstrap-list.ts'
export type { ResolveTxt } from './resolve-dnsaddr.ts'
