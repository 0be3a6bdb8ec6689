package bus

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errAddress never quotes the address: it may hold a password.
var errAddress = errors.New("the address of Redis must be redis://[user:password@]host[:port][/database], rediss:// for TLS, or unix:///path/of/socket")

// patience bounds one word with Redis. A request that waits longer goes on
// without it.
const patience = 2 * time.Second

// parseAddress reads an address; nothing is asked of Redis yet.
func parseAddress(address string) (*redis.Options, error) {
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errAddress
	}
	o := &redis.Options{
		ClientName: "returnsupport",
		// A lost word is sent again by those who know what it was.
		MaxRetries: -1, DialerRetries: 1,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience, ContextTimeoutEnabled: true,
		PoolSize: 16, PoolTimeout: patience, ConnMaxIdleTime: time.Minute,
		ReadBufferSize: 4096, WriteBufferSize: 4096,
		// Plain RESP2 and nothing said about ourselves.
		Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if u.User != nil {
		o.Username = u.User.Username()
		o.Password, _ = u.User.Password()
	}
	switch u.Scheme {
	case "unix":
		if u.Host != "" || u.Path == "" {
			return nil, errAddress
		}
		o.Network, o.Addr = "unix", u.Path
		return o, nil
	case "rediss":
		o.TLSConfig = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	case "redis":
	default:
		return nil, errAddress
	}
	port := u.Port()
	if port == "" {
		port = "6379"
	}
	if u.Hostname() == "" {
		return nil, errAddress
	}
	o.Network, o.Addr = "tcp", net.JoinHostPort(u.Hostname(), port)
	if database := strings.Trim(u.Path, "/"); database != "" {
		if o.DB, err = strconv.Atoi(database); err != nil || o.DB < 0 {
			return nil, errAddress
		}
	}
	return o, nil
}

// The library has one logger for the whole process and tells it addresses and
// errors. What is wrong is told by Health, in codes.
func init() { redis.SetLogger(silence{}) }

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}
