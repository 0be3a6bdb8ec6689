// Seals what waits on the phone to the key the house gave: RFC 9180, base mode,
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Only the private half,
// which lies under the volunteer's sign-in, opens it: this phone can't.
(() => {
  "use strict";
  const subtle = window.crypto && crypto.subtle;
  if (!subtle) return;
  const text = (s) => new TextEncoder().encode(s);
  const join = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]));
  const none = new Uint8Array(0), version = text("HPKE-v1");
  const kem = join(text("KEM"), [0, 0x10]), suite = join(text("HPKE"), [0, 0x10, 0, 1, 0, 2]);

  const mac = async (key, data) => new Uint8Array(await subtle.sign("HMAC",
    await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]), data));
  // An empty salt is one of zeros (RFC 5869 section 2.2).
  const extract = (of, salt, label, ikm) => mac(salt.length ? salt : new Uint8Array(32), join(version, of, text(label), ikm));
  const expand = async (of, prk, label, info, size) =>
    (await mac(prk, join([size >> 8, size & 255], version, of, text(label), info, [1]))).slice(0, size);

  // base64 of the kind that fits into addresses.
  const letters = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const bytes = (s) => Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  window.sealForHouse = async (key, info, what) => {
    const curve = { name: "ECDH", namedCurve: "P-256" }, theirs = bytes(key);
    const to = await subtle.importKey("raw", theirs, curve, false, []);
    const once = await subtle.generateKey(curve, false, ["deriveBits"]);
    const enc = new Uint8Array(await subtle.exportKey("raw", once.publicKey));
    const shared = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: to }, once.privateKey, 256));
    const secret = await expand(kem, await extract(kem, none, "eae_prk", shared), "shared_secret", join(enc, theirs), 32);
    const context = join([0], await extract(suite, none, "psk_id_hash", none), await extract(suite, none, "info_hash", text(info)));
    const prk = await extract(suite, secret, "secret", none);
    const aes = await subtle.importKey("raw", await expand(suite, prk, "key", context, 32), "AES-GCM", false, ["encrypt"]);
    const iv = await expand(suite, prk, "base_nonce", context, 12);
    return letters(join(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, aes, text(JSON.stringify(what))))));
  };
})();
