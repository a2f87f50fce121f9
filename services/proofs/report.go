package proofs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"regexp"

	"quartermaster/models"
)

// Format is the kind of file that a report is. Each carries its bundle behind its
// content, where programs that open such a file pass over it.
type Format string

// The formats of a report.
const (
	CSV  Format = "csv"  // a last row that begins with #
	JSON Format = "json" // the last member of the object, "proof"
	PDF  Format = "pdf"  // a comment before a second end of file
	XLSX Format = "xlsx" // the comment of the ZIP archive
)

// mark stands before a bundle in a file.
const mark = "quartermaster-proof "

// Report writes a report through to where it goes and, at its end, what proves it.
type Report struct {
	log    *Log
	to     io.Writer
	format Format
	sum    hash.Hash
	bytes  int64
	held   []byte // the last bytes, not yet passed on
	tail   []byte // a copy of the last bytes that were
}

// Report begins a report of a format. Write the whole file to it as it is without
// a proof (a JSON report is one object), then Seal it.
func (l *Log) Report(to io.Writer, format Format) *Report {
	return &Report{log: l, to: to, format: format, sum: sha256.New()}
}

// heldBack is how many bytes at the end of each format a bundle goes before or
// changes: a JSON object's closing brace and line end, an archive's length of comment.
var heldBack = map[Format]int{JSON: 2, XLSX: 2}

const tailLength = 64

// Write passes a part of the report on.
func (r *Report) Write(p []byte) (int, error) {
	r.held = append(r.held, p...)
	return len(p), r.pass(len(r.held) - heldBack[r.format])
}

func (r *Report) pass(n int) error {
	if n <= 0 {
		return nil
	}
	r.sum.Write(r.held[:n])
	r.bytes += int64(n)
	r.tail = append(r.tail, r.held[max(0, n-tailLength):n]...)
	r.tail = r.tail[max(0, len(r.tail)-tailLength):]
	_, err := r.to.Write(r.held[:n])
	r.held = append(r.held[:0], r.held[n:]...)
	return err
}

// Seal ends the report with a bundle that proves it and the events.
func (r *Report) Seal(ctx context.Context, events ...string) error {
	switch end := string(r.held); {
	case r.format == JSON && end != "}\n" && (len(end) < 2 || end[1] != '}'),
		r.format == XLSX && end != "\x00\x00":
		return fmt.Errorf("proofs: what was written is no %s file", r.format)
	case r.format == JSON && end != "}\n":
		if err := r.pass(1); err != nil {
			return err
		}
	}
	digest := Digest{Bytes: r.bytes}
	r.sum.Sum(digest.SHA256[:0])
	bundle, err := r.log.Seal(ctx, digest, events...)
	if err != nil {
		return err
	}
	end, err := trailer(r.format, bundle, r.tail)
	if err != nil {
		return err
	}
	_, err = r.to.Write(end)
	return err
}

var endOfPDF = regexp.MustCompile(`startxref\s+\d+\s+%%EOF\s*$`)

// trailer is what stands behind a report's content, whose last bytes are tail.
func trailer(format Format, b *Bundle, tail []byte) ([]byte, error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	text := mark + base64.StdEncoding.EncodeToString(raw)
	switch format {
	case CSV:
		return []byte("# " + text + "\r\n"), nil
	case JSON:
		return []byte(`,"proof":"` + text + "\"}\n"), nil
	case PDF:
		// A reader looks for the end of file within the last 1024 bytes
		// (ISO 32000-1, annex H, note 18), so it is said again.
		end := endOfPDF.Find(tail)
		if end == nil {
			return nil, fmt.Errorf("proofs: what was written is no PDF file")
		}
		return fmt.Appendf(nil, "\n%%%s\n%s\n", text, bytes.TrimSpace(end)), nil
	case XLSX:
		if len(text) > 0xffff {
			return nil, fmt.Errorf("proofs: a bundle of %d bytes is too large for an archive's comment", len(text))
		}
		return append(binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text...), nil
	}
	return nil, fmt.Errorf("proofs: a report in the format %q cannot carry a bundle", format)
}

// formatOf tells a file's format by how it begins.
func formatOf(file []byte) Format {
	switch {
	case bytes.HasPrefix(file, []byte("%PDF-")):
		return PDF
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return XLSX
	case bytes.HasPrefix(file, []byte("{")):
		return JSON
	}
	return CSV
}

var bundleText = regexp.MustCompile(`^[A-Za-z0-9+/]+=*`)

// CheckReport checks a report file under the verifier keys, offline, and returns
// what its bundle says. Every byte counts, also of the bundle itself.
func CheckReport(file []byte, keys ...string) (*Sealed, error) {
	at := bytes.LastIndex(file, []byte(mark))
	if at < 0 {
		return nil, models.Refuse(models.Malformed, "report", "carries no proof: it is no report of Quartermaster, or was opened and saved by another program, or its end was cut off")
	}
	damaged := models.Refuse(models.Malformed, "report", "carries a proof that was damaged or altered")
	raw, err := base64.StdEncoding.Strict().DecodeString(string(bundleText.Find(file[at+len(mark):])))
	if err != nil {
		return nil, damaged.Because(err)
	}
	var bundle Bundle
	if err := json.Unmarshal(raw, &bundle); err != nil {
		return nil, damaged.Because(err)
	}
	sealed, _, err := readSeal(bundle.Seal, keys)
	if err != nil {
		return nil, err
	}
	length := sealed.Digest.Bytes
	if length < 0 || length > int64(len(file)) {
		return nil, models.Refuse(models.Invalid, "report", "was altered: it was %d bytes long without its proof when the book gave it out", length)
	}
	content := file[:length]
	end, err := trailer(formatOf(file), &bundle, content[max(0, len(content)-tailLength):])
	if err != nil || !bytes.Equal(end, file[length:]) {
		return nil, models.Refuse(models.Invalid, "report", "was altered: it is not byte for byte what the book gave out").Because(err)
	}
	return Check(&bundle, Digest{sha256.Sum256(content), length}, keys...)
}
