package custody

import (
	"quartermaster/models"
	"quartermaster/services/signing"
)

// Signed is a signature as it is given.
type Signed = signing.Signed

// others refuses a receipt signed by whoever signed for the dispatch.
func others(v *models.Voucher, sig *models.Signature) error {
	out := v.Outgoing
	if out == nil {
		return nil
	}
	if signing.SamePerson(sig, out) {
		return models.Refuse(models.Invalid, "signature", "%s signed for handing over; somebody else signs for receiving", out.Name)
	}
	return nil
}

// signed is exactly what a signature is for. The receiver signs for what was said
// of each line, too.
type signed struct {
	Number    string
	Kind      models.VoucherKind
	From, To  string
	Sender    string
	Receiver  string
	DueBack   models.Day
	Operation string
	Agreement string
	Note      string
	Lines     []models.Line
	Signature models.Signature
}

// sign completes a signature with the hash of what it is for.
func sign(v *models.Voucher, sig *models.Signature, at models.Time) *models.Signature {
	done := *sig
	done.At = at
	done.Hash = hash(v, &done, v.State != models.Underway)
	return &done
}

// hash is the SHA-256 of what was signed, as JSON.
func hash(v *models.Voucher, sig *models.Signature, receipts bool) string {
	what := signed{Number: v.Number, Kind: v.Kind, From: v.From, To: v.To, Sender: v.Sender, Receiver: v.Receiver, DueBack: v.DueBack,
		Operation: v.Operation, Agreement: v.Agreement, Note: v.Note, Lines: make([]models.Line, len(v.Lines)), Signature: *sig}
	what.Signature.Hash = ""
	for i, line := range v.Lines {
		line.Was, line.Before = "", ""
		if !receipts {
			line.Receipt = nil
		}
		what.Lines[i] = line
	}
	return signing.Hash(what)
}

// The ends of a voucher, as signatures name them.
const (
	OutgoingEnd = "outgoing"
	IncomingEnd = "incoming"
)

// Broken names the ends whose signature is not for what the voucher says now.
func Broken(v *models.Voucher) []string {
	var ends []string
	if v.Outgoing != nil && hash(v, v.Outgoing, false) != v.Outgoing.Hash {
		ends = append(ends, OutgoingEnd)
	}
	if v.Incoming != nil && hash(v, v.Incoming, true) != v.Incoming.Hash {
		ends = append(ends, IncomingEnd)
	}
	return ends
}
