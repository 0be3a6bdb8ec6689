package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// Certificate says what is wrong with the certificate the servers show.
type Certificate int

// The certificates a world can show; all are signed by its own authority.
const (
	GoodCertificate Certificate = iota
	ExpiredCertificate
	WrongNameCertificate // names mail.elsewhere.test alone
)

// Certificates is a self-made authority and one server certificate by it.
type Certificates struct {
	pool    *x509.CertPool
	config  *tls.Config
	root    []byte // DER
	leaf    []byte // DER
	private []byte // PKCS #8
}

// NewCertificates makes an authority and a certificate for localhost,
// 127.0.0.1, ::1 and mail.example.test, valid for a year.
func NewCertificates(kind Certificate) (*Certificates, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mailtest authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	root, err := x509.ParseCertificate(rootDER)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}

	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mailtest"},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "mail.example.test"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	switch kind {
	case ExpiredCertificate:
		leaf.NotAfter = time.Now().Add(-time.Hour)
	case WrongNameCertificate:
		leaf.DNSNames, leaf.IPAddresses = []string{"mail.elsewhere.test"}, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, caKey)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}

	pool := x509.NewCertPool()
	pool.AddCert(root)
	return &Certificates{
		pool:   pool,
		config: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER}, PrivateKey: key}}, MinVersion: tls.VersionTLS12},
		root:   rootDER, leaf: leafDER, private: private,
	}, nil
}

// Authority is the authority's certificate, as PEM like Chain and Key, for servers
// that read files.
func (c *Certificates) Authority() []byte { return asPEM("CERTIFICATE", c.root) }

// Chain is the server's certificate.
func (c *Certificates) Chain() []byte { return asPEM("CERTIFICATE", c.leaf) }

// Key is the server's private key. It protects nothing: it lives for a test.
func (c *Certificates) Key() []byte { return asPEM("PRIVATE KEY", c.private) }

// Pool holds the authority.
func (c *Certificates) Pool() *x509.CertPool { return c.pool }

func asPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (c *Certificates) over(l net.Listener) net.Listener { return tls.NewListener(l, c.config) }
