package tickets

import (
	"context"
	"fmt"
	"log/slog"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
)

// Beside is a translation that goes out together with its message.
type Beside struct {
	Language, Text string // as for AddTranslation
	By             By     // ByStaff when empty
}

// LogValue keeps content out of logs.
func (Beside) LogValue() slog.Value { return sealedValue }

// Check returns why it can't be kept: the Refusals of AddTranslation.
func (b Beside) Check() error {
	_, _, err := besides(b.Language, b.Text)
	return err
}

// layBeside keeps a message's translations in the same transaction: who hears
// of it hears it in their language at once.
func (c *Conversation) layBeside(ctx context.Context, tx *store.Tx, m *Message, row *messageRow, key vault.Key) error {
	if len(m.Beside) == 0 {
		return nil
	}
	if len(m.Beside) > translationsMost {
		return helpdesk.Refuse("beside.full")
	}
	for _, b := range m.Beside {
		tag, text, err := besides(b.Language, b.Text)
		if err != nil {
			return err
		}
		if b.By == "" {
			b.By = ByStaff
		}
		t := Translation{ID: helpdesk.NewID(), Message: row.id, Language: tag, Text: text, By: b.By, Author: m.Author, At: m.At.UTC()}
		if err := c.desk.keepTranslation(ctx, tx, t, row, key); err != nil {
			return fmt.Errorf("translate message %s: %w", row.id, err)
		}
	}
	return tx.Later(ctx, countTranslation, c.ID)
}
