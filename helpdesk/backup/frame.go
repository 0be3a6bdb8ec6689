package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"returnsupport/helpdesk/vault"
)

// A file is its magic line and frames: a byte that says which, a length of four
// bytes, and so many bytes. The last frame is a MAC over everything before it.
const magic = "returnsupport backup 1\n"

const (
	frameHeader  byte = 'H' // JSON, once, first
	frameSection byte = 'T' // JSON: the rows that follow are of this table
	frameRows    byte = 'R' // whole rows, see appendRow
	frameEnd     byte = 'E' // of a table: how many rows, 8 bytes
	frameMAC     byte = 'Z' // once, last
)

// frameMost bounds a frame: the largest row there is, and room for one more. A
// chunk of a file is 64 KiB, a mail's header at most 256 KiB, a message a few MB.
const frameMost = 64 << 20

// rowsAtOnce is how many bytes of rows one frame gathers.
const rowsAtOnce = 256 << 10

// ErrDamaged: a file is not as it was written, or is none of ours.
var ErrDamaged = errors.New("the backup's file is damaged, cut short or not of this house")

type frameWriter struct {
	out  *bufio.Writer
	sum  hash.Hash
	size int64
	err  error
}

func newFrameWriter(to io.Writer) *frameWriter {
	w := &frameWriter{out: bufio.NewWriterSize(to, 1<<20), sum: sha256.New()}
	w.write([]byte(magic))
	return w
}

func (w *frameWriter) write(b []byte) {
	if w.err != nil {
		return
	}
	w.sum.Write(b)
	w.size += int64(len(b))
	_, w.err = w.out.Write(b)
}

func (w *frameWriter) frame(kind byte, body []byte) error {
	if len(body) > frameMost {
		return fmt.Errorf("write a backup: a frame of %d bytes", len(body))
	}
	head := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)))
	w.write(head)
	w.write(body)
	return w.err
}

func (w *frameWriter) json(kind byte, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a backup: %w", err)
	}
	return w.frame(kind, body)
}

// finish vouches for all that was written.
func (w *frameWriter) finish(secrets *vault.Secrets, h header) error {
	mac := secrets.Vouch(h.origin(), w.sum.Sum(nil))
	if err := w.frame(frameMAC, mac); err != nil {
		return err
	}
	return w.out.Flush()
}

type frameReader struct {
	in   *bufio.Reader
	sum  hash.Hash
	size int64
	body []byte
}

// newFrameReader begins a file and reads its header.
func newFrameReader(from io.Reader) (*frameReader, header, error) {
	r := &frameReader{in: bufio.NewReaderSize(from, 1<<20), sum: sha256.New()}
	line := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, line); err != nil || string(line) != magic {
		return nil, header{}, ErrDamaged
	}
	r.sum.Write(line)
	r.size += int64(len(line))
	kind, body, err := r.next()
	if err != nil {
		return nil, header{}, err
	}
	var h header
	if kind != frameHeader || json.Unmarshal(body, &h) != nil {
		return nil, header{}, ErrDamaged
	}
	return r, h, nil
}

// next is the next frame; its body is good until the one after it. A file that
// ends without its MAC is ErrDamaged.
func (r *frameReader) next() (byte, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, nil, ErrDamaged
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > frameMost {
		return 0, nil, ErrDamaged
	}
	if head[0] != frameMAC {
		r.sum.Write(head[:])
	}
	// In steps: a length alone must not take the memory.
	r.body = r.body[:0]
	for left := int(n); left > 0; {
		step := min(left, 1<<20)
		at := len(r.body)
		r.body = append(r.body, make([]byte, step)...)
		if _, err := io.ReadFull(r.in, r.body[at:]); err != nil {
			return 0, nil, ErrDamaged
		}
		left -= step
	}
	if head[0] != frameMAC {
		r.sum.Write(r.body)
	}
	r.size += int64(len(head)) + int64(n)
	return head[0], r.body, nil
}

// proven tells whether the MAC frame just read fits all that came before it, and
// nothing comes after.
func (r *frameReader) proven(secrets *vault.Secrets, h header, mac []byte) bool {
	if _, err := r.in.ReadByte(); err != io.EOF {
		return false
	}
	return secrets.Vouched(mac, h.origin(), r.sum.Sum(nil))
}
