package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"bcast/internal/certificate"
	"bcast/internal/config"
)

// day is what --days counts.
const day = 24 * time.Hour

// certCommand makes a certificate for rooms that no authority knows.
func certCommand(stdout io.Writer) config.Command {
	return config.Command{
		Name:  "cert",
		Usage: "make a certificate that signs itself, for --tls-listen",
		Description: "Writes a certificate and its key, and prints the pin by which clients know it:\n\n" +
			"  bcast-server cert --host room.example --host 192.168.1.5\n" +
			"  bcast-server --tls-listen :7000 --tls-cert bcast.crt --tls-key bcast.key\n" +
			"  bcast-client tls://room.example:7000 --pin PIN",
		Flags: []config.Flag{
			{Name: "host", Kind: config.List, Default: "localhost", Usage: "`HOST` name or IP address that clients connect to; may be given several times", Category: options, CommandLineOnly: true},
			{Name: "cert", Kind: config.File, Default: "bcast.crt", Usage: "`FILE` for the certificate; it must not exist", Category: options, CommandLineOnly: true},
			{Name: "key", Kind: config.File, Default: "bcast.key", Usage: "`FILE` for its key; it must not exist", Category: options, CommandLineOnly: true},
			{Name: "days", Kind: config.Number, Default: "365", Usage: "`NUMBER` of days for which it is valid", Category: options, CommandLineOnly: true},
		},
		Action: func(_ context.Context, v *config.Values) error {
			days := v.Count("days", 1, 36500)
			if v.Err() != nil {
				return v.Err()
			}
			cert, key, pin, err := certificate.SelfSigned(v.List("host"), time.Duration(days)*day)
			if err != nil {
				return err
			}
			if err := writeNew(v.Text("key"), key, 0o600); err != nil {
				return err
			}
			if err := writeNew(v.Text("cert"), cert, 0o644); err != nil {
				return errors.Join(err, os.Remove(v.Text("key"))) // it fits no certificate that there is
			}
			_, err = fmt.Fprintf(stdout, "%s\n", pin)
			return err
		},
	}
}

// writeNew writes a file that must not exist, all of it or none.
func writeNew(path string, text []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}
