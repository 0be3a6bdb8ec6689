package bus_test

import (
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/bus/redistest"
)

// server answers the first words of every connection and hangs up, or answers
// all of them.
func server(t *testing.T, answer string, wait bool) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for n := 0; n == 0 || wait; n++ {
					if _, err := c.Read(make([]byte, 1000)); err != nil {
						return
					}
					c.Write([]byte(answer))
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestWhatIsWrongIsToldInOneWord(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	real := strings.TrimPrefix(redistest.Address(t), "redis://")
	web := httptest.NewUnstartedServer(nil) // its certificate is signed by nobody we trust
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	limited := redistest.Start(t, strings.Fields("--user default on nopass ~* &* +@all -publish")...)
	deaf := redistest.Start(t, strings.Fields("--user default on nopass ~* +@all resetchannels")...)
	for address, want := range map[string]bus.Trouble{
		"redis://" + closed.Addr().String():                      bus.Unreachable,
		"redis://name.invalid":                                   bus.NameLookup,
		"redis://user:wrong@" + real:                             bus.SignIn,
		"rediss://" + server(t, "-ERR what\r\n", false):          bus.Insecure,
		strings.Replace(web.URL, "https", "rediss", 1):           bus.Insecure,
		"redis://" + server(t, "", false):                        bus.Closed,
		"redis://" + server(t, "HTTP/1.1 400 No\r\n\r\n", false): bus.Strange,
		"redis://" + server(t, "", true):                         bus.TimedOut,
		"redis://" + server(t, "-LOADING it is early\r\n", true): bus.Starting,
		limited.Address():                                        bus.Forbidden,
		deaf.Address():                                           bus.Forbidden,
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			b := join(t, address, "x", nil)
			until(t, "the trouble is "+string(want), func() bool { return b.Health().Trouble == want })
			if h := b.Health(); h.Well || !h.Asking() || h.Replicas != 1 {
				t.Errorf("%+v", h)
			}
		})
	}
}

func TestWhileRedisIsAwayEverybodyIsToldEveryTwoSeconds(t *testing.T) {
	b := join(t, "unix:///nowhere/redis.sock", "x", nil)
	few, many := make([]*bus.Listener, 3), make([]int, 3)
	for i := range few {
		few[i] = b.Listen(nil, bus.Ring{Topic: ticket})
		defer few[i].Close()
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for i, l := range few {
			for _, some := l.Next(); some; _, some = l.Next() {
				many[i]++
			}
		}
	}
	for _, n := range many {
		if n < 2 || n > 3 {
			t.Errorf("told %v times in five seconds", many)
			break
		}
	}
}
