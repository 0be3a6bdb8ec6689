package dovecot

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"

	"returnsupport/mailbridge/mailtest"
)

// identity is whom Dovecot and the mail belong to.
type identity struct {
	user, group string
	uid, gid    int
}

func runAs(cmd *exec.Cmd) (identity, error) {
	id := identity{uid: os.Getuid(), gid: os.Getgid()}
	if cmd.SysProcAttr != nil && cmd.SysProcAttr.Credential != nil {
		id.uid, id.gid = int(cmd.SysProcAttr.Credential.Uid), int(cmd.SysProcAttr.Credential.Gid)
	}
	u, err := user.LookupId(strconv.Itoa(id.uid))
	if err != nil {
		return identity{}, fmt.Errorf("name the user: %w", err)
	}
	g, err := user.LookupGroupId(strconv.Itoa(id.gid))
	if err != nil {
		return identity{}, fmt.Errorf("name the group: %w", err)
	}
	id.user, id.group = u.Username, g.Name
	return id, nil
}

// configuration is a Dovecot 2.3 for one unprivileged user: every name signs
// in with the same password, and nothing is chrooted.
func configuration(dir string, who identity, plain, secure int) string {
	return fmt.Sprintf(`
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/state/log
protocols = imap
listen = 127.0.0.1
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
default_process_limit = 200
default_client_limit = 2000
first_valid_uid = 1
disable_plaintext_auth = no
auth_mechanisms = plain login oauthbearer xoauth2
auth_failure_delay = 0
mail_max_userip_connections = 1000
mail_location = maildir:~/Maildir
mail_fsync = never

ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = %[1]s/tokens.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=%[8]s
}
userdb {
  driver = static
  args = uid=%[4]d gid=%[5]d home=%[1]s/mail/%%u
}
service anvil {
  chroot =
  # A second try is not held up.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[6]d
  }
  inet_listener imaps {
    port = %[7]d
    ssl = yes
  }
}
`, dir, who.user, who.group, who.uid, who.gid, plain, secure, password)
}

// tokenFiles has Dovecot take the tokens that mailtest's issuers sign: their key
// by Dovecot's own rule for names, and how to look at a token.
func tokenFiles(dir string) map[string]string {
	return map[string]string{
		"keys/default/HS256/default": base64.StdEncoding.EncodeToString([]byte(mailtest.TokenKey)),
		"tokens.conf":                fmt.Sprintf("introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=%s/keys/\nusername_attribute = email\n", dir),
	}
}
