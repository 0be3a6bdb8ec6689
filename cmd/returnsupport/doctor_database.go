package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"returnsupport/helpdesk/backup"
	"returnsupport/helpdesk/store"
)

// examineDatabase looks at the engine. That it opened at all means that its
// migrations have run, and that no restore was left half done.
func (h *house) examineDatabase(ctx context.Context) []finding {
	all := []finding{fine("database", h.db.Engine()+" opens and is up to date")}
	if h.db.Engine() == store.SQLite {
		_, path, _ := strings.Cut(h.set.database, ":")
		if log, err := os.Stat(path + "-wal"); err == nil {
			all = append(all, checkLog(log.Size()))
		}
		return all
	}
	p, err := h.askPostgres(ctx)
	if err != nil {
		return append(all, mind("database", "it does not say how it is set: "+err.Error(), "look at fsync, synchronous_commit and archive_mode yourself"))
	}
	return append(all, checkPostgres(p, time.Now())...)
}

// logMost is when SQLite's log was not folded into the file for long.
const logMost = 1 << 30

func checkLog(size int64) finding {
	if size > logMost {
		return mind("WAL", fmt.Sprintf("SQLite's log has grown to %d MB", size>>20), "a reader holds it, perhaps a backup that hangs: end that; the log folds by itself")
	}
	return fine("WAL", "SQLite's log is small")
}

// postgres is how a server is set, and what it keeps of its past.
type postgres struct {
	settings map[string]string
	idle     []string  // replication slots nobody reads: they keep the log for ever
	oldest   time.Time // of the archive's files that we can see; zero for none
	seen     bool      // we can see where archives are written to
	clear    string    // the address it answers at, unencrypted and not this machine's own
}

const (
	selectServer = `SELECT name, setting FROM pg_settings
		WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'archive_mode', 'archive_command', 'ssl', 'log_statement', 'log_min_duration_statement', 'log_parameter_max_length')`
	// Without an address where both are on one machine, and talk through a socket.
	selectLine = `SELECT COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE), COALESCE(host(inet_server_addr()), '')`
	selectIdle = `SELECT slot_name FROM pg_replication_slots WHERE NOT active ORDER BY slot_name`
)

func (h *house) askPostgres(ctx context.Context) (postgres, error) {
	p := postgres{settings: map[string]string{}}
	rows, err := h.db.Query(ctx, selectServer)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return p, fmt.Errorf("read the server's settings: %w", err)
		}
		p.settings[name] = value
	}
	if err := rows.Err(); err != nil {
		return p, fmt.Errorf("read the server's settings: %w", err)
	}
	slots, err := h.db.Query(ctx, selectIdle)
	if err != nil {
		return p, err
	}
	defer slots.Close()
	for slots.Next() {
		var name string
		if err := slots.Scan(&name); err != nil {
			return p, fmt.Errorf("read the server's slots: %w", err)
		}
		p.idle = append(p.idle, name)
	}
	if err := slots.Err(); err != nil {
		return p, fmt.Errorf("read the server's slots: %w", err)
	}
	var sealed bool
	var at string
	if err := h.db.QueryRow(ctx, selectLine).Scan(&sealed, &at); err != nil {
		return p, fmt.Errorf("ask how we are connected: %w", err)
	}
	if !sealed && !net.ParseIP(at).IsLoopback() {
		p.clear = at
	}
	p.oldest, p.seen = oldestArchive(p.settings["archive_command"])
	return p, nil
}

// archiveFolder is where a common archive command copies to.
var archiveFolder = regexp.MustCompile(`(/[^\s'"]*)/%f`)

// oldestArchive looks into the folder a server on this machine archives to.
func oldestArchive(command string) (oldest time.Time, seen bool) {
	for _, m := range archiveFolder.FindAllStringSubmatch(command, -1) {
		files, err := os.ReadDir(m[1])
		if err != nil {
			continue
		}
		seen = true
		for _, f := range files {
			info, err := f.Info()
			if err == nil && !info.IsDir() && (oldest.IsZero() || info.ModTime().Before(oldest)) {
				oldest = info.ModTime()
			}
		}
	}
	return oldest, seen
}

// checkPostgres: an accepted letter survives a power cut, what was deleted does
// not live on in archives, and no statement's values are logged.
func checkPostgres(p postgres, now time.Time) []finding {
	var all []finding
	for _, name := range []string{"fsync", "full_page_writes"} {
		if p.settings[name] == "off" {
			all = append(all, broken("database", name+" is off: a power cut may lose letters that were accepted, or the whole database", "ALTER SYSTEM SET "+name+" = on, and start it again"))
		}
	}
	if p.settings["synchronous_commit"] == "off" {
		all = append(all, broken("database", "synchronous_commit is off: a crash loses the last letters", "ALTER SYSTEM SET synchronous_commit = on"))
	}
	if s := p.settings["log_statement"]; s != "" && s != "none" && s != "ddl" {
		all = append(all, mind("database", "the server logs statements (log_statement = "+s+")", "ALTER SYSTEM SET log_statement = none: what is in them is sealed, but who did what when is not"))
	}
	if s := p.settings["log_min_duration_statement"]; s != "" && s != "-1" && p.settings["log_parameter_max_length"] != "0" {
		all = append(all, mind("database", "the server logs slow statements with their values (log_min_duration_statement = "+s+")", "ALTER SYSTEM SET log_parameter_max_length = 0: the statement alone says what is slow"))
	}
	if p.clear != "" {
		all = append(all, mind("database", "we talk with it unencrypted, at "+p.clear, "set ssl = on there and sslmode=verify-full in our address of it, unless that is a container on this machine"))
	}
	last := now.Add(-backup.KeysLast)
	const tidy = "delete archives older than 14 days everywhere (pg_archivecleanup, or your tool's retention)"
	switch archives := p.settings["archive_mode"]; {
	case archives == "" || archives == "off":
		all = append(all, fine("WAL", "no archives are kept"))
	case p.seen && !p.oldest.IsZero() && p.oldest.Before(last):
		all = append(all, broken("WAL", "archives of "+p.oldest.Format("2 January 2006")+" are kept: keys that were deleted since live on in them", tidy))
	case p.seen:
		all = append(all, fine("WAL", "no archive here is older than 14 days"))
	default:
		all = append(all, mind("WAL", "archives are kept where we can't look: keys that were deleted live on in them", tidy))
	}
	for _, name := range p.idle {
		all = append(all, mind("WAL", "nobody reads the replication slot "+name+", and it keeps the log for ever", "SELECT pg_drop_replication_slot('"+name+"'), unless its reader comes back"))
	}
	return all
}
