package vault

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// ChunkSize is how many bytes of a file one chunk holds. Every chunk SealChunks
// makes but the last of the content is full, so byte n of a file lies in chunk
// n / ChunkSize.
const ChunkSize = 64 << 10

// SealChunk seals chunk n of the file at place c (STREAM, Hoang et al. 2015):
// the nonce is the counter and the last flag, so that a chunk opens at its own
// position only and a file cut short does not end. The AES key is derived from
// the key and the place; sealing two different contents for one place, n and
// last would repeat a nonce, so a place is a random id and written once.
// The chunk is padded for itself; SealChunks pads the file as a whole.
// More than ChunkSize bytes panic.
func (k Key) SealChunk(c Context, n uint32, last bool, plain []byte) []byte {
	room := min(ChunkSize, padded(len(plain)))
	return k.chunker(c).seal(n, last, plain, room)
}

// OpenChunk opens what SealChunk made for the same place, n and last flag, or
// reports ErrNotOpened.
func (k Key) OpenChunk(c Context, n uint32, last bool, sealed []byte) ([]byte, error) {
	return k.chunker(c).open(n, last, sealed)
}

// SealChunks seals a whole file for the place c and hands each chunk to put in
// order; it returns the file's size and the number of chunks. The total is
// padded: chunks of nothing but padding may follow the content.
func (k Key) SealChunks(c Context, plain io.Reader, put func(n uint32, sealed []byte) error) (size int64, chunks int, err error) {
	ch := k.chunker(c)
	var n uint32
	emit := func(p []byte, room int, last bool) error {
		if n == math.MaxUint32 {
			return errors.New("seal chunks: the file has too many")
		}
		sealed := ch.seal(n, last, p, room)
		if err := put(n, sealed); err != nil {
			return fmt.Errorf("keep chunk %d: %w", n, err)
		}
		n++
		return nil
	}
	now, next := make([]byte, firstRead(plain)), []byte(nil)
	have, err := fill(plain, now)
	if err != nil {
		return 0, 0, err
	}
	size = int64(have)
	for have == ChunkSize {
		if next == nil {
			next = make([]byte, ChunkSize)
		}
		more, err := fill(plain, next)
		if err != nil {
			return 0, 0, err
		}
		if more == 0 {
			break
		}
		if err := emit(now, ChunkSize, false); err != nil {
			return 0, 0, err
		}
		now, next, have = next, now, more
		size += int64(more)
	}
	rest, room := now[:have], padded(int(size))-int(n)*ChunkSize
	for ; room > ChunkSize; room -= ChunkSize {
		if err := emit(rest, ChunkSize, false); err != nil {
			return 0, 0, err
		}
		rest = nil
	}
	if err := emit(rest, room, true); err != nil {
		return 0, 0, err
	}
	return size, int(n), nil
}

// firstRead spares small files, which most are, a buffer of a whole chunk.
func firstRead(r io.Reader) int {
	if b, ok := r.(*bytes.Reader); ok {
		return min(b.Len(), ChunkSize)
	}
	return ChunkSize
}

func fill(r io.Reader, p []byte) (int, error) {
	n, err := io.ReadFull(r, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, err
}

// OpenChunks reads the file at place c; next hands out the sealed chunks in
// order and then io.EOF. A chunk missing, moved, doubled, changed or left over
// is ErrNotOpened, at the latest when the reader should end: what was read
// before io.EOF is authentic, but only io.EOF says that it was all.
func (k Key) OpenChunks(c Context, next func() ([]byte, error)) io.Reader {
	return &chunkReader{chunker: k.chunker(c), next: next}
}

type chunkReader struct {
	*chunker
	next func() ([]byte, error)
	n    uint32
	last bool
	rest []byte
	err  error
}

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.rest) == 0 && r.err == nil {
		r.rest, r.err = r.advance()
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *chunkReader) advance() ([]byte, error) {
	sealed, err := r.next()
	if err == io.EOF {
		if r.last {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("chunk %d is missing: %w", r.n, ErrNotOpened)
	}
	if err != nil {
		return nil, err
	}
	if r.last {
		return nil, fmt.Errorf("chunk %d is one too many: %w", r.n, ErrNotOpened)
	}
	s, _, _, err := split(sealed)
	if err != nil {
		return nil, err
	}
	r.last = s == schemeLastChunk // bound into nonce and context: a lie does not open
	plain, err := r.open(r.n, r.last, sealed)
	if err != nil {
		return nil, fmt.Errorf("chunk %d: %w", r.n, err)
	}
	r.n++
	return plain, nil
}

// chunker holds the cipher of one file.
type chunker struct {
	id   keyID
	aead cipher.AEAD
	c    Context
}

func (k Key) chunker(c Context) *chunker {
	id, _ := k.ready()
	key := derive(k.secret()[:], "chunks", c.bind(schemeChunk, id))
	aead, err := cipher.NewGCM(block(key))
	if err != nil {
		panic("vault: " + err.Error()) // AES always fits
	}
	return &chunker{id: id, aead: aead, c: c}
}

// seal lays plain into room bytes, zeros behind it, and seals it in its place.
func (ch *chunker) seal(n uint32, last bool, plain []byte, room int) []byte {
	if len(plain) > ChunkSize {
		panic("vault: a chunk holds at most ChunkSize bytes")
	}
	s, nonce := position(n, last)
	size := lengthLen + room
	out := make([]byte, headLen+size, headLen+size+ch.aead.Overhead())
	out[0] = byte(s)
	copy(out[1:], ch.id[:])
	f := out[headLen:]
	layIn(f, plain)
	return ch.aead.Seal(out[:headLen], nonce, f, ch.c.bind(s, ch.id))
}

func (ch *chunker) open(n uint32, last bool, sealed []byte) ([]byte, error) {
	s, nonce := position(n, last)
	got, id, body, err := split(sealed)
	if err != nil || got != s || id != ch.id {
		return nil, ErrNotOpened
	}
	f, err := ch.aead.Open(nil, nonce, body, ch.c.bind(s, ch.id))
	if err != nil {
		return nil, ErrNotOpened
	}
	return unpad(f)
}

func position(n uint32, last bool) (scheme, []byte) {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint32(nonce[7:], n)
	if last {
		nonce[11] = 1
		return schemeLastChunk, nonce
	}
	return schemeChunk, nonce
}
