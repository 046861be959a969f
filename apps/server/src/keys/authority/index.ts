export {
  authorityNames,
  readAuthority,
  readChain,
  writeAuthority,
  writeDurably,
  type AuthorityKey,
  type AuthorityName,
} from './files.ts'
