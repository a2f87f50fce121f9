package main

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// serveConstant is the HTTP stack alone: an answer of the size of an item.
func serveConstant(listen string) error {
	answer := make([]byte, 900)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/*", func(c *fiber.Ctx) error { return c.Send(answer) })
	return app.Listen(listen)
}

// floors are the rates a second that nothing over these parts can pass.
type floors struct {
	http   map[int]*result // by number of clients
	read   float64         // rows by an index, from two at once
	commit float64         // one row a commit, one after the other
}

// reads reads items by their tags through database/sql, as the store does.
func reads(path string, assets int, each time.Duration) (float64, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)&_pragma=cache_size(-8000)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	stmt, err := db.Prepare(`SELECT d.version, d.body FROM assets_by_codes x CROSS JOIN assets d ON d.n = x.n WHERE x.codes = ?`)
	if err != nil {
		return 0, err
	}
	const readers = 2
	var counts [readers]int
	var wrong [readers]error
	var all sync.WaitGroup
	began := time.Now()
	for i := range readers {
		all.Go(func() {
			var version int64
			var body []byte
			for time.Since(began) < each && wrong[i] == nil {
				wrong[i] = stmt.QueryRow(tagOf(1+rand.IntN(assets))).Scan(&version, &body)
				counts[i]++
			}
		})
	}
	all.Wait()
	return float64(counts[0]+counts[1]) / time.Since(began).Seconds(), errors.Join(wrong[:]...)
}

// commits writes one row of the size of an event in each commit, on disk.
func commits(folder string, each time.Duration) (float64, error) {
	path := filepath.Join(folder, "floor.db")
	defer func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + end)
		}
	}()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(context.Background(), `CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, body TEXT)`); err != nil {
		return 0, err
	}
	stmt, err := conn.PrepareContext(context.Background(), `INSERT INTO rows (body) VALUES (?)`)
	if err != nil {
		return 0, err
	}
	body, done := string(make([]byte, 600)), 0
	began := time.Now()
	for ; time.Since(began) < each; done++ {
		if _, err := stmt.Exec(body); err != nil {
			return 0, err
		}
	}
	return float64(done) / time.Since(began).Seconds(), nil
}
