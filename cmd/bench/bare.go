package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
	"github.com/microcosm-cc/bluemonday"

	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/letter"
)

// bareChild is the work of ingest without a house: fetch, parse, sanitise, one
// seal, one row, one commit a mail. No threads, no tickets, no guard.
func bareChild(text string) {
	if err := bareRun(text); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func bareRun(text string) error {
	var job bareJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, job.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	err = db.Write(ctx, "make the table", func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "CREATE TABLE bench_mail (uid BIGINT PRIMARY KEY, body BYTEA NOT NULL)")
		return err
	})
	if err != nil {
		return err
	}
	c, err := client.Dial(job.IMAP)
	if err != nil {
		return err
	}
	defer c.Logout()
	if err := c.Login(job.User, job.Password); err != nil {
		return err
	}
	if _, err := c.Select("INBOX", true); err != nil {
		return err
	}
	everything := new(imap.SeqSet)
	everything.AddRange(1, 0)
	whole := &imap.BodySectionName{Peek: true}
	fetched := make(chan *imap.Message, 16)
	done := make(chan error, 1)
	go func() { done <- c.UidFetch(everything, []imap.FetchItem{imap.FetchUid, whole.FetchItem()}, fetched) }()

	key, policy := vault.NewKey(), bluemonday.UGCPolicy()
	for m := range fetched {
		raw, err := io.ReadAll(m.GetBody(whole))
		if err != nil {
			return err
		}
		l, err := letter.Parse(ctx, raw, letter.DefaultLimits())
		if err != nil {
			return err
		}
		harmless := ""
		for _, body := range l.Rich() {
			if body.HTML {
				harmless += policy.Sanitize(body.Text)
			}
		}
		content, err := json.Marshal(struct {
			Subject, Text, HTML string
			Original            []byte
		}{l.Subject, l.Readable(), harmless, nil})
		if err != nil {
			return err
		}
		sealed := key.Seal(vault.At("bench", int64(m.Uid)), append(content, raw...))
		err = db.Write(ctx, "store a mail", func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO bench_mail (uid, body) VALUES ($1, $2)", int64(m.Uid), sealed)
			return err
		})
		if err != nil {
			return err
		}
	}
	return <-done
}
