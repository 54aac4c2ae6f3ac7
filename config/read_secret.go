package config

import "github.com/onelan/onelan/onenet"

// ReadSecret reads a secret that is referred to as in onelan.yaml, env:NAME or file:PATH, by the same rules: a file that others may
// read is refused. The error names where it was looked for, and nothing of it.
func ReadSecret(reference string, env []string) (onenet.Secret, error) {
	return (&keyring{env: env, have: map[string]read{}}).secret(reference)
}
