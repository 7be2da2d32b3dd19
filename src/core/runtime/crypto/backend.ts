import type { MaybePromise } from '../maybe-promise.ts'

/** What is in a sealed text beside the text. */
interface SealParts {
  /** Stands before everything, as it is. */
  head: Uint8Array
  /** 12 bytes, which no other text under this key has. */
  nonce: Uint8Array
  /** Is authenticated, and not in it. */
  associated: Uint8Array
}

/** Authenticated encryption under one key: AES-256-GCM with a 12-byte nonce and a 16-byte tag. */
export interface Aead {
  /** The head, the nonce, the ciphertext of the text's UTF-8, and the tag, in one piece. */
  seal(text: string, parts: SealParts): MaybePromise<Uint8Array>
  /**
   * The text, or undefined when anything was changed. If `first` is given, the text must begin with that byte, which is
   * left out.
   */
  open(
    nonce: Uint8Array,
    sealed: Uint8Array,
    { associated, first }: { associated: Uint8Array; first?: number },
  ): MaybePromise<string | undefined>
}

/** HMAC-SHA-256 under one key. */
export type Mac = (message: Uint8Array) => MaybePromise<Uint8Array>

/**
 * What this library needs of cryptography. Both implementations produce the same bytes; only
 * `choose.ts` knows which one is used. Synchronous where the platform lets it be.
 */
export interface CryptoBackend {
  /** SHA-256 of the text's UTF-8, base64url. */
  sha256(text: string): MaybePromise<string>
  /** HKDF-SHA-256 (RFC 5869), extract and expand. */
  hkdf(
    secret: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    length: number,
  ): MaybePromise<Uint8Array>
  /** AES-256-GCM (NIST SP 800-38D) under these 32 bytes. */
  aead(key: Uint8Array): MaybePromise<Aead>
  /** HMAC-SHA-256 (RFC 2104) under these bytes. */
  mac(key: Uint8Array): MaybePromise<Mac>
  /** RFC 4648 §5 without padding. */
  toBase64url(bytes: Uint8Array): string
  /** The bytes, or undefined unless the text is the one canonical encoding of them. */
  fromBase64url(text: string): Uint8Array | undefined
}
