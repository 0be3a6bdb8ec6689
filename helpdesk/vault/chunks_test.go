package vault

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

func sealFile(t testing.TB, k Key, c Context, plain []byte) [][]byte {
	t.Helper()
	var chunks [][]byte
	size, n, err := k.SealChunks(c, bytes.NewReader(plain), func(n uint32, sealed []byte) error {
		if int(n) != len(chunks) {
			t.Fatalf("chunk %d came at %d", n, len(chunks))
		}
		chunks = append(chunks, sealed)
		return nil
	})
	if err != nil || size != int64(len(plain)) || n != len(chunks) {
		t.Fatalf("size %d, %d chunks, %v", size, n, err)
	}
	return chunks
}

func openFile(k Key, c Context, chunks [][]byte) ([]byte, error) {
	i := 0
	return io.ReadAll(k.OpenChunks(c, func() ([]byte, error) {
		if i == len(chunks) {
			return nil, io.EOF
		}
		i++
		return chunks[i-1], nil
	}))
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestFilesComeBackAsTheyWere(t *testing.T) {
	k := NewKey()
	for _, n := range []int{0, 1, 64, 1000, ChunkSize - 1, ChunkSize, ChunkSize + 1, 2*ChunkSize - 1, 2 * ChunkSize, 3*ChunkSize + 7, 1 << 20} {
		plain := noise(n)
		got, err := openFile(k, place, sealFile(t, k, place, plain))
		if err := same(got, plain, err); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		var dribbled [][]byte
		_, _, err = k.SealChunks(place, iotest.HalfReader(bytes.NewReader(plain)), func(_ uint32, sealed []byte) error {
			dribbled = append(dribbled, sealed)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err = openFile(k, place, dribbled)
		if err := same(got, plain, err); err != nil {
			t.Errorf("%d bytes, read in pieces: %v", n, err)
		}
	}
}

func TestByteNLiesInChunkNByChunkSize(t *testing.T) {
	k, plain := NewKey(), noise(3*ChunkSize+500)
	chunks := sealFile(t, k, place, plain)
	got, err := k.OpenChunk(place, 2, false, chunks[2])
	if err := same(got, plain[2*ChunkSize:3*ChunkSize], err); err != nil {
		t.Error(err)
	}
}

func TestTheSizeOfAFileIsPaddedAsAWhole(t *testing.T) {
	k := NewKey()
	total := func(n int) (sum int) {
		for _, c := range sealFile(t, k, place, make([]byte, n)) {
			sum += len(c)
		}
		return sum
	}
	sizes := map[int]bool{}
	for n := 1_000_000; n < 1_032_000; n += 997 {
		sizes[total(n)] = true
	}
	if len(sizes) > 2 {
		t.Errorf("files of 1.0 to 1.03 MB show %d sizes", len(sizes))
	}
	if total(1_000_001) != total(1_015_000) {
		t.Error("two files within one step of Padmé differ")
	}
	if got := len(sealFile(t, k, place, noise(5*ChunkSize+1))); got < 6 {
		t.Errorf("%d chunks", got)
	}
}

func TestAFileTamperedWithNeverReadsToItsEnd(t *testing.T) {
	k := NewKey()
	plain := noise(4*ChunkSize + 100)
	file := sealFile(t, k, place, plain)
	other := sealFile(t, k, At("tickets.file", "another"), plain)
	last := len(file) - 1
	with := func(do func(f [][]byte) [][]byte) [][]byte {
		f := make([][]byte, len(file))
		for i := range file {
			f[i] = bytes.Clone(file[i])
		}
		return do(f)
	}
	for name, f := range map[string][][]byte{
		"nothing":              {},
		"last chunk gone":      file[:last],
		"first chunk gone":     file[1:],
		"middle chunk gone":    with(func(f [][]byte) [][]byte { return append(f[:2:2], f[3:]...) }),
		"two chunks exchanged": with(func(f [][]byte) [][]byte { f[1], f[2] = f[2], f[1]; return f }),
		"a chunk doubled":      with(func(f [][]byte) [][]byte { return append(f[:2:2], f[1:]...) }),
		"the end doubled":      with(func(f [][]byte) [][]byte { return append(f, f[last]) }),
		"something after it":   with(func(f [][]byte) [][]byte { return append(f, f[0]) }),
		"a chunk of another":   with(func(f [][]byte) [][]byte { f[1] = other[1]; return f }),
		"the end of another":   with(func(f [][]byte) [][]byte { f[last] = other[last]; return f }),
		"ended early":          with(func(f [][]byte) [][]byte { f[2][0] = byte(schemeLastChunk); return f[:3] }),
		"the end denied":       with(func(f [][]byte) [][]byte { f[last][0] = byte(schemeChunk); return f }),
		"a byte changed":       with(func(f [][]byte) [][]byte { f[3][4000] ^= 4; return f }),
		"an empty chunk":       with(func(f [][]byte) [][]byte { f[0] = nil; return f }),
	} {
		got, err := openFile(k, place, f)
		if !errors.Is(err, ErrNotOpened) {
			t.Errorf("%s: read %d bytes, %v", name, len(got), err)
		}
		if !bytes.HasPrefix(plain, got) {
			t.Errorf("%s: gave out bytes that were never in the file", name)
		}
	}
	if _, err := openFile(k, At("tickets.file", "another"), file); !errors.Is(err, ErrNotOpened) {
		t.Errorf("at another place: %v", err)
	}
	if _, err := openFile(NewKey(), place, file); !errors.Is(err, ErrNotOpened) {
		t.Errorf("with another key: %v", err)
	}
}

func TestAChunkOpensAtItsOwnPositionOnly(t *testing.T) {
	k := NewKey()
	sealed := k.SealChunk(place, 258, false, content)
	for _, p := range []struct {
		n    uint32
		last bool
	}{{257, false}, {259, false}, {1, false}, {2, false}, {258, true}, {258 << 8, false}} {
		if _, err := k.OpenChunk(place, p.n, p.last, sealed); !errors.Is(err, ErrNotOpened) {
			t.Errorf("opens at %d, last %v: %v", p.n, p.last, err)
		}
	}
}

func TestErrorsOfTheWorldOutsidePassThrough(t *testing.T) {
	k, full := NewKey(), errors.New("disk full")
	for _, n := range []int{10, ChunkSize, 3 * ChunkSize} {
		_, _, err := k.SealChunks(place, bytes.NewReader(noise(n)), func(uint32, []byte) error { return full })
		if !errors.Is(err, full) {
			t.Errorf("%d bytes: %v", n, err)
		}
		_, _, err = k.SealChunks(place, io.MultiReader(bytes.NewReader(noise(n)), iotest.ErrReader(full)), func(uint32, []byte) error { return nil })
		if !errors.Is(err, full) {
			t.Errorf("%d bytes, then a read that fails: %v", n, err)
		}
	}
	r := k.OpenChunks(place, func() ([]byte, error) { return nil, full })
	for range 2 {
		if _, err := r.Read(make([]byte, 9)); !errors.Is(err, full) {
			t.Errorf("reading: %v", err)
		}
	}
}
