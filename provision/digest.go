package provision

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// DigestOf returns the SHA-256 of v's JSON as "sha256:" and hexadecimals. The
// values digested here are plain data, which always has a JSON form; the keys
// of maps come sorted.
func DigestOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		data = fmt.Append(nil, err)
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
