package vault

import (
	"encoding/binary"
	"math/bits"
)

// lengthLen is the room the true length takes at the start of a padded frame.
const lengthLen = 8

// padded tells how long n bytes become: steps of 64 up to 1 KiB, then Padmé
// (Nikitin et al., PETS 2019), which wastes at most 12 % and shows only
// O(log log n) bits of the true length.
func padded(n int) int {
	if n <= 64 {
		return 64
	}
	if n <= 1024 {
		return (n + 63) &^ 63
	}
	e := bits.Len64(uint64(n)) - 1
	s := bits.Len64(uint64(e))
	mask := 1<<(e-s) - 1
	return (n + mask) &^ mask
}

// layIn writes plain behind its length into f, whose rest is zeros already.
func layIn(f, plain []byte) {
	binary.BigEndian.PutUint64(f, uint64(len(plain)))
	copy(f[lengthLen:], plain)
}

func pad(plain []byte) []byte {
	f := make([]byte, padded(lengthLen+len(plain)))
	layIn(f, plain)
	return f
}

// unpad gives back what pad took. The bytes were authenticated before, so a
// wrong length means a mistake of ours; it still must not panic.
func unpad(f []byte) ([]byte, error) {
	if len(f) < lengthLen {
		return nil, ErrNotOpened
	}
	n := binary.BigEndian.Uint64(f)
	if n > uint64(len(f)-lengthLen) {
		return nil, ErrNotOpened
	}
	return f[lengthLen : lengthLen+int(n)], nil
}
