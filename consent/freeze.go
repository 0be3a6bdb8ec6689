package consent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"returnsupport/consent/internal/referrals"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/tickets"
	"returnsupport/helpdesk/vault"
)

// Handed is a package as its recipient reads it, and as the person is shown it
// before: exactly this leaves, and nothing else.
type Handed struct {
	From         string       `json:"from"` // our public name
	To           string       `json:"to"`
	Need         string       `json:"need"`
	Reason       string       `json:"reason,omitempty"`
	Restrictions []string     `json:"restrictions,omitempty"` // confirmed before reading
	Items        []HandedItem `json:"items"`
}

// LogValue keeps it out of logs.
func (Handed) LogValue() slog.Value { return sealedValue }

// HandedItem is one thing in it.
type HandedItem struct {
	// Key names exactly this content: a yes to it covers no other. Of an
	// updating item it names the label alone.
	Key         string   `json:"key"`
	Label       string   `json:"label"`
	Kind        PartKind `json:"kind"`
	Text        string   `json:"text,omitempty"`
	Language    string   `json:"language,omitempty"`
	Translation string   `json:"translation,omitempty"` // beside the original, never instead
	Special     bool     `json:"special,omitzero"`
	Updating    bool     `json:"updating,omitzero"`
	Name        string   `json:"name,omitempty"` // of a file
	Type        string   `json:"type,omitempty"`
	Size        int64    `json:"size,omitzero"`
	Hash        []byte   `json:"hash,omitempty"` // SHA-256 of a file's bytes
}

// frozen is a package that is about to be written.
type frozen struct {
	handed Handed
	files  map[int][]byte // plain, by position in Items
}

// gather reads what the parts name, from the referral's own ticket and with the
// session's own rights. It asks the database, so it runs before the transaction.
func (d *Door) gather(ctx context.Context, s *staff.Session, h *held) (*frozen, error) {
	from, err := d.Office.PublicName(ctx, "en")
	if err != nil {
		return nil, err
	}
	z := &frozen{handed: Handed{From: from, To: h.To.Name, Need: h.Need, Reason: h.Reason, Restrictions: h.Restrictions}, files: map[int][]byte{}}
	read := map[helpdesk.ID]tickets.Opened{}
	size := int64(0)
	for i, p := range h.Parts {
		item := HandedItem{Label: p.Label, Kind: p.Kind, Translation: p.Translation, Special: p.Special, Updating: p.Updating, Text: p.Text}
		if p.Kind != PartText {
			o, known := read[p.Message]
			if !known {
				if o, err = d.Tickets.Message(ctx, s, p.Message); err != nil {
					return nil, fmt.Errorf("a part of referral %s: %w", h.row.ID, err)
				}
				read[p.Message] = o
			}
			// What is in another ticket is nobody's to hand over here.
			if o.Ticket != h.row.Ticket {
				return nil, fmt.Errorf("a part of referral %s: %w", h.row.ID, helpdesk.ErrNotFound)
			}
			if o.Broken || o.Withdrawn {
				return nil, helpdesk.Refuse("refer.parts")
			}
			if err := d.take(ctx, &item, z, i, p, o); err != nil {
				return nil, err
			}
			if size += item.Size; size > mostPackage {
				return nil, helpdesk.Refuse("refer.big")
			}
		}
		item.Key = keyOf(item)
		z.handed.Items = append(z.handed.Items, item)
	}
	return z, nil
}

// take fills an item from a message.
func (d *Door) take(ctx context.Context, item *HandedItem, z *frozen, position int, p Part, o tickets.Opened) error {
	item.Language = o.Content.Language
	if p.Kind != PartFile {
		text := o.Content.Text
		if p.Kind == PartNote {
			var ok bool
			if text, ok = chosen(text, p.Lines); !ok {
				return helpdesk.Refuse("refer.parts")
			}
		}
		text, ok := blackened(text, p.Cut)
		if !ok || strings.TrimSpace(text) == "" {
			return helpdesk.Refuse("refer.parts")
		}
		item.Text = text
		return nil
	}
	file, bytes, err := d.Tickets.FileBytes(ctx, o, p.File)
	if err != nil {
		return fmt.Errorf("a file of message %s: %w", o.ID, err)
	}
	if file.Size > mostPackage {
		return helpdesk.Refuse("refer.big")
	}
	plain, err := io.ReadAll(bytes)
	if err != nil {
		return fmt.Errorf("a file of message %s: %w", o.ID, err)
	}
	sum := sha256.Sum256(plain)
	item.Name, item.Type, item.Size, item.Hash = file.Name, file.Type, int64(len(plain)), sum[:]
	z.files[position] = plain
	return nil
}

// chosen are some lines of a note; all of them where none are named.
func chosen(text string, lines []int) (string, bool) {
	if len(lines) == 0 {
		return text, true
	}
	all := strings.Split(text, "\n")
	var out []string
	for _, n := range lines {
		if n < 0 || n >= len(all) {
			return "", false
		}
		out = append(out, all[n])
	}
	return strings.Join(out, "\n"), true
}

// blackened takes pieces out of a text. Each becomes a mark of one length, so
// that nothing shows how much was there.
func blackened(text string, cut []Span) (string, bool) {
	all := []rune(text)
	var out strings.Builder
	at := 0
	for _, c := range cut {
		if c.From < at || c.To <= c.From || c.To > len(all) {
			return "", false
		}
		out.WriteString(string(all[at:c.From]) + cutOut)
		at = c.To
	}
	out.WriteString(string(all[at:]))
	return out.String(), true
}

// keyOf names an item by its content, so that a consent covers what was shown
// and nothing that came to stand in its place.
func keyOf(item HandedItem) string {
	item.Key = ""
	prefix := "i."
	if item.Updating {
		item, prefix = HandedItem{Label: item.Label, Kind: item.Kind, Special: item.Special}, "u."
	}
	plain, err := json.Marshal(item)
	if err != nil {
		panic("consent: " + err.Error()) // texts, numbers and bytes always fit
	}
	sum := sha256.Sum256(plain)
	return prefix + hex.EncodeToString(sum[:16])
}

// items are what a consent has to name.
func (z Handed) items() []Item {
	var out []Item
	for _, i := range z.Items {
		out = append(out, Item{Key: i.Key, Label: i.Label, Special: i.Special, Updating: i.Updating})
	}
	return out
}

func keysOf(items []Item) []string {
	out := make([]string, 0, len(items))
	for _, i := range items {
		out = append(out, i.Key)
	}
	return out
}

// freeze writes what was gathered, once, under the package's key.
func (d *Door) freeze(ctx context.Context, tx *store.Tx, h *held, z *frozen) error {
	key, err := h.packageKey()
	if err != nil {
		return err
	}
	plain, err := json.Marshal(z.handed)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(plain)
	p := &referrals.Package{Manifest: sum[:], Frozen: d.instant()}
	p.Sealed = key.Seal(referrals.PackageAt(h.row.ID, p.Manifest), plain)
	files := map[int][]byte{}
	for position, bytes := range z.files {
		files[position] = key.Seal(referrals.PartAt(h.row.ID, position), bytes)
	}
	h.Manifest, h.handing.Items = p.Manifest, z.handed.items()
	return d.book.Freeze(ctx, tx, h.row.ID, p, files)
}

// handed reads and opens a frozen package.
func (d *Door) handed(ctx context.Context, r store.Reader, id helpdesk.ID, key vault.Key) (Handed, *referrals.Package, error) {
	p, err := d.book.Package(ctx, r, id)
	if err != nil {
		return Handed{}, nil, err
	}
	z, err := d.unpacked(ctx, id, p, key)
	return z, p, err
}

// unpacked opens a frozen package. The manifest is that of the text itself, so
// that a package in another's place opens as nothing.
func (d *Door) unpacked(ctx context.Context, id helpdesk.ID, p *referrals.Package, key vault.Key) (Handed, error) {
	plain, err := key.Open(referrals.PackageAt(id, p.Manifest), p.Sealed)
	sum := sha256.Sum256(plain)
	var z Handed
	if err == nil && string(sum[:]) != string(p.Manifest) {
		err = errRecord
	}
	if err == nil {
		err = strict(plain, &z)
	}
	if err != nil {
		d.Journal.Alarm(ctx, "referral_package", id)
		return Handed{}, fmt.Errorf("package of %s: %w", id, helpdesk.ErrNotFound)
	}
	return z, nil
}
