/** What JSON Web Tokens need of `jose`. Imported when the first token is verified, by sources that need it only. */
export {
  decodeProtectedHeader,
  errors,
  exportSPKI,
  importJWK,
  importSPKI,
  importX509,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
