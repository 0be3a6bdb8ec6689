package workspace

import (
	"strings"
	"testing"
	"time"

	"returnsupport/frontend"
	"returnsupport/frontend/locale"
	"returnsupport/helpdesk/bus"
)

func TestThePageSaysThatWithoutRedisTheStoreIsAskedEveryTwoSeconds(t *testing.T) {
	catalogues, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		health   bus.Health
		kind     string
		says, sv string
	}{
		{bus.Health{Well: true, Replicas: 1}, "", "", ""},
		{bus.Health{Shared: true, Well: true, Replicas: 2}, "ok", "2 processes", "2 processer"},
		{bus.Health{Shared: true, Well: true, Silent: 1}, "warn", "every two seconds", "varannan sekund"},
		{bus.Health{Shared: true, Since: now.Add(-time.Hour)}, "warn", "1 hour ago. Nothing is lost: the store is asked every two seconds", "varannan sekund"},
	} {
		for lang, want := range map[string]string{"en": row.says, "sv": row.sv} {
			got := ringing(frontend.Words{Words: catalogues.Words(lang, now, time.UTC)}, row.health)
			switch {
			case got == nil && row.kind != "" || got != nil && got.Kind != row.kind:
				t.Errorf("%s %+v: %+v", lang, row.health, got)
			case got != nil && !strings.Contains(got.Text+" "+got.More, want):
				t.Errorf("%s: %q %q does not say %q", lang, got.Text, got.More, want)
			}
		}
	}
}
