package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"quartermaster/services/proofs"
)

const largestAnswer = 1 << 20

// Server asks a server for its latest checkpoint, checks its signature, and, where
// the caller kept an older one, has the server prove that the ledger only grew since.
// Without keys it takes those that the server gives. It returns the checkpoint as it
// was signed, to be kept.
func Server(ctx context.Context, client *http.Client, base string, keys []string, older string) (now *proofs.Checkpoint, signed string, err error) {
	base = strings.TrimRight(base, "/")
	if len(keys) == 0 {
		text, err := fetch(ctx, client, base+"/api/v1/ledger.key")
		if err != nil {
			return nil, "", err
		}
		if keys, err = proofs.ReadKeys(text); err != nil {
			return nil, "", err
		}
	}
	kept, err := Kept(older, keys)
	if err != nil {
		return nil, "", err
	}
	text, err := fetch(ctx, client, base+"/api/v1/ledger/checkpoint")
	if err != nil {
		return nil, "", err
	}
	if now, err = proofs.ReadCheckpoint(string(text), keys...); err != nil {
		return nil, "", disagree("the server's checkpoint", "%s", strings.TrimPrefix(err.Error(), "checkpoint: "))
	}
	if kept == nil {
		return now, string(text), nil
	}
	var grown proofs.Consistency
	if kept.Size <= now.Size {
		raw, err := fetch(ctx, client, base+"/api/v1/ledger/proof/consistency?from="+strconv.FormatInt(kept.Size, 10)+"&to="+strconv.FormatInt(now.Size, 10))
		if err != nil {
			return nil, "", err
		}
		if err := json.Unmarshal(raw, &grown); err != nil {
			return nil, "", fmt.Errorf("what %s answers is no proof: %w", base, err)
		}
	}
	if err := proofs.CheckConsistency(kept, now, grown.Proof); err != nil {
		return nil, "", disagree("the checkpoint you kept", "%s", strings.TrimPrefix(err.Error(), "checkpoint: "))
	}
	return now, string(text), nil
}

// Kept reads a checkpoint that somebody kept, nil for "".
func Kept(signed string, keys []string) (*proofs.Checkpoint, error) {
	if signed == "" {
		return nil, nil
	}
	kept, err := proofs.ReadCheckpoint(signed, keys...)
	if err != nil {
		return nil, disagree("the checkpoint you kept", "%s", strings.TrimPrefix(err.Error(), "checkpoint: "))
	}
	return kept, nil
}

func fetch(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err != nil {
		return nil, fmt.Errorf("the server's answer broke off: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s; is it a Quartermaster?", address, response.Status)
	}
	return body, nil
}
