package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"quartermaster/services/store"
)

// TestOneKeyAtOnceFromManyClients has fifty clients send the same request under one
// Idempotency-Key at the same moment: it is done once, and all hear the same.
func TestOneKeyAtOnceFromManyClients(t *testing.T) {
	const clients = 50
	f := open(t)
	token := f.token("keeper-north")
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = f.app.Listener(listen) })
	defer func() {
		_ = f.app.ShutdownWithContext(context.Background())
		serving.Wait()
	}()
	a, b := f.Radio("1"), f.Radio("2")
	count := func(in *store.Collection) int64 {
		t.Helper()
		n, err := f.Book.Store.Count(t.Context(), store.Query{In: in, By: store.ID})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, c := range []struct {
		name, path, media, body string
		status                  int
		assets, vouchers        int64 // that come of it
	}{
		{"take on charge", "/assets", "application/json", radio, 201, 1, 0},
		{"issue", "/assets/" + a.Tag + "/issue", "application/json", `{"custodian":"guard","receipt":` + signature("Gul Guard") + `}`, 200, 0, 1},
		{"take back", "/assets/" + a.Tag + "/return", "application/json", `{"unit":"NORTH-STORE","signature":` + signature("Gul Guard") + `}`, 200, 0, 1},
		{"draft", "/vouchers", "application/json", `{"kind":"issue","from":"NORTH-STORE","to":"NORTH-POST","lines":[{"tag":"` + b.Tag + `"}]}`, 201, 0, 1},
		{"dispatch", "/vouchers/V-NORTH-STORE-2026-0002/dispatch", "application/json", `{"signature":` + signature("Naveed North") + `}`, 200, 0, 0},
		{"import", "/assets/import", "text/csv", "Name,Category,Make,Serial,Unit,Grant\nRadio,radio,Icom,91,NORTH-STORE,A-2025\nRadio,radio,Icom,92,NORTH-STORE,A-2025\n", 200, 2, 0},
	} {
		assets, vouchers := count(store.Assets), count(store.Vouchers)
		answers := make([]string, clients)
		var ready, all sync.WaitGroup
		ready.Add(clients)
		for i := range clients {
			all.Go(func() {
				client := &http.Client{Transport: &http.Transport{}}
				defer client.CloseIdleConnections()
				r, err := http.NewRequest(http.MethodPost, "http://"+listen.Addr().String()+"/api/v1"+c.path, strings.NewReader(c.body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+token)
				r.Header.Set("Content-Type", c.media)
				r.Header.Set("Idempotency-Key", "once-"+c.name)
				ready.Done()
				ready.Wait()
				answer, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = answer.Body.Close() }()
				body, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Error(err)
				}
				answers[i] = fmt.Sprint(answer.StatusCode, " ", string(body))
			})
		}
		all.Wait()
		for _, answer := range answers {
			if answer != answers[0] || !strings.HasPrefix(answer, fmt.Sprint(c.status, " ")) {
				t.Errorf("%s: one heard %.300s\nanother %.300s", c.name, answers[0], answer)
				break
			}
		}
		if n := count(store.Assets) - assets; n != c.assets {
			t.Errorf("%s: %d assets came of it, wanted %d", c.name, n, c.assets)
		}
		if n := count(store.Vouchers) - vouchers; n != c.vouchers {
			t.Errorf("%s: %d vouchers came of it, wanted %d", c.name, n, c.vouchers)
		}
	}
}
