/** What a root of trust does with keys, whatever operations it has: what a recipe may ask of it. */
export interface KeyCapabilities {
  /** Keys are made inside and leave it in no form that another part could use. */
  makesOwnKeys: boolean;
  /** Keys from outside can be put in. */
  takesInjectedKeys: boolean;
  /** Keys are kept outside of it, encrypted for this one part. */
  wrapsKeys: boolean;
  /** It signs a challenge with a key whose public part it shows. */
  attests: boolean;
}

/** Key from the PUF; secrets sealed to it are kept sealed; challenges are signed. */
export const QDID_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: true,
  wrapsKeys: true,
  attests: true,
};

/** Symmetric keys, its own and injected, kept as key codes (AN12324, sections 2.6 to 2.8). Its ROM signs nothing. */
export const NXP_PUF_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: true,
  wrapsKeys: true,
  attests: false,
};

/** P-256 key made in its slot; secrets are written encrypted into a slot; digests from outside are signed. Wraps none. */
export const ATECC608_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: true,
  wrapsKeys: false,
  attests: true,
};

/** P-256 key made in the endorsement hierarchy; secrets are sealed to the TPM and kept in it; digests from outside are signed. */
export const TPM2_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: true,
  wrapsKeys: false,
  attests: true,
};

/** P-256 keys made inside, in slots that never give them out; secrets are sealed to one of them. */
export const ESECURE_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: true,
  wrapsKeys: false,
  attests: true,
};

/** The station makes the key and gives it to the part, sealed; the part signs with it. */
export const SOFTWARE_KEYS: KeyCapabilities = {
  makesOwnKeys: false,
  takesInjectedKeys: true,
  wrapsKeys: false,
  attests: true,
};

/** Makes a key and enrols it at its own cloud by itself: no request, no key and no proof reach a host. */
export const CORDELIA_KEYS: KeyCapabilities = {
  makesOwnKeys: true,
  takesInjectedKeys: false,
  wrapsKeys: false,
  attests: false,
};

/** Keys come wrapped by the key tool of Renesas and are kept wrapped for the one part. The boot ROM signs nothing. */
export const RENESAS_WRAPPED_KEYS: KeyCapabilities = {
  makesOwnKeys: false,
  takesInjectedKeys: true,
  wrapsKeys: true,
  attests: false,
};
