package tickets

import (
	"bytes"
	"context"
	"fmt"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// chunksAtOnce bounds how many sealed chunks of 64 KiB wait in memory for one
// insert.
const chunksAtOnce = 8

func originalAt(message helpdesk.ID) vault.Context { return vault.At("tickets.original", message) }

func fileAt(message helpdesk.ID, position int) vault.Context {
	return vault.At("tickets.file", message, position)
}

// storeParts stores the original and the files, each under a key of its own
// that it leaves in the message. The bytes are sealed chunk by chunk, so that
// a letter of 25 MB is never copied as a whole.
func (c *Conversation) storeParts(ctx context.Context, tx *store.Tx, m *messageRow, from *Message, in *inner) error {
	if from.Original != nil {
		key := vault.NewKey()
		in.OriginalKey, in.OriginalSize = key.Bytes(), int64(len(from.Original))
		out := chunkWriter{tx: tx, insert: insertOriginal, lead: []any{m.id}}
		if err := out.write(ctx, key, originalAt(m.id), from.Original); err != nil {
			return fmt.Errorf("store the original of %s: %w", m.id, err)
		}
	}
	for i := range from.Files {
		f := &from.Files[i]
		key := vault.NewKey()
		in.FileKeys = append(in.FileKeys, key.Bytes())
		in.Files = append(in.Files, File{Name: f.Name, Type: f.Type, CID: f.CID, Inline: f.Inline, Tells: f.Tells, Size: int64(len(f.Data))})
		out := chunkWriter{tx: tx, insert: insertFile, lead: []any{m.id, i}}
		if err := out.write(ctx, key, fileAt(m.id, i), f.Data); err != nil {
			return fmt.Errorf("store file %d of %s: %w", i, m.id, err)
		}
	}
	return nil
}

// chunkWriter inserts sealed chunks, a few rows a statement.
type chunkWriter struct {
	tx     *store.Tx
	insert string
	lead   []any // the columns before n
	args   []any
	rows   int
}

func (w *chunkWriter) write(ctx context.Context, key vault.Key, at vault.Context, plain []byte) error {
	_, _, err := key.SealChunks(at, bytes.NewReader(plain), func(n uint32, sealed []byte) error {
		w.args = append(append(w.args, w.lead...), int64(n), sealed)
		if w.rows++; w.rows == chunksAtOnce {
			return w.flush(ctx)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.flush(ctx)
}

func (w *chunkWriter) flush(ctx context.Context) error {
	if w.rows == 0 {
		return nil
	}
	err := w.tx.Later(ctx, w.insert+store.Tuples(w.rows, len(w.lead)+2, 1), w.args...)
	w.args, w.rows = nil, 0
	return err
}
