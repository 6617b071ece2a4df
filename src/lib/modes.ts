/** Modes of what holds a secret, or is run. */
export const SECRET_FILE = 0o600;
export const SECRET_DIRECTORY = 0o700;
