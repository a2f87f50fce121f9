package register

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // the forms of photo that are taken
	_ "image/png"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
	_ "golang.org/x/image/webp"

	"quartermaster/models"
	"quartermaster/services/access"
	"quartermaster/services/ledger"
	"quartermaster/services/store"
)

const (
	// LargestFile is the most that a photo or document may hold, in bytes: base64
	// in a document, it stays below the 16 MB of a MongoDB document.
	LargestFile = 10 << 20
	// LargestImage is the most pixels that a photo may have; more is a bomb.
	LargestImage = 80_000_000
	longestName  = 120
)

// accepted are the media types that are kept, by content. What a browser would run
// (HTML, SVG, scripts) is not among them.
var accepted = []string{
	"image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain", "text/csv",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
}

// Attach adds a photo or document to an asset.
func (s *Service) Attach(ctx context.Context, tag string, version int64, name string, content []byte) (*models.Asset, error) {
	file, attachment, err := s.NewFile(name, content)
	if err != nil {
		return nil, err
	}
	c := Changing{Verb: access.Edit, Tag: tag, Version: version, Kind: "asset.file_added", Reason: attachment.Name,
		With: []ledger.Entry{ledger.Add(store.Files, file, "file.added", "")}}
	return s.Change(ctx, c, func(caller *models.Person, a *models.Asset) error {
		if at := slices.IndexFunc(a.Files, func(f models.Attachment) bool { return f.SHA256 == attachment.SHA256 }); at >= 0 {
			return models.Refuse(models.Conflict, "file", "this file is already attached, as %s", a.Files[at].Name)
		}
		file.Subject = ledger.Subject(store.Assets, a.ID)
		attachment.AddedBy = caller.Code
		a.Files = append(slices.Clone(a.Files), attachment)
		return models.Validate(a)
	})
}

// NewFile makes of a photo or document what is kept of it, for whatever document
// carries it: the caller says whose it is (File.Subject) and who added it.
func (s *Service) NewFile(name string, content []byte) (*models.File, models.Attachment, error) {
	media, err := fileType(content)
	if err != nil {
		return nil, models.Attachment{}, err
	}
	sum := sha256.Sum256(content)
	file := &models.File{ID: s.newID(), Type: media, Content: content}
	return file, models.Attachment{
		ID: file.ID, Name: fileName(name), Type: media, Size: len(content),
		SHA256: hex.EncodeToString(sum[:]), AddedAt: models.At(s.Book.Now()),
	}, nil
}

// Detach takes a photo or document away again. Its name and SHA-256 stay in the
// asset's history.
func (s *Service) Detach(ctx context.Context, tag string, version int64, id, reason string) (*models.Asset, error) {
	if strings.TrimSpace(reason) == "" {
		return nil, models.Refuse(models.Invalid, "reason", "say why the file is taken away")
	}
	c := Changing{Verb: access.Edit, Tag: tag, Version: version, Kind: "asset.file_removed", Reason: reason}
	return s.ChangeWith(ctx, c, func(_ *models.Person, a *models.Asset) ([]ledger.Entry, error) {
		kept := slices.DeleteFunc(slices.Clone(a.Files), func(f models.Attachment) bool { return f.ID == id })
		if len(kept) == len(a.Files) {
			return nil, noFile
		}
		a.Files = kept
		record, err := s.Book.Store.Get(ctx, store.Files, id)
		if err != nil {
			return nil, err
		}
		file, err := store.Decode[models.File](record)
		return []ledger.Entry{ledger.Remove(store.Files, record.Body, file, "file.removed")}, err
	})
}

var noFile = models.Refuse(models.NotFound, "file", "there is no such file on this asset")

// File returns an attachment of an asset in the caller's scope, with its content.
func (s *Service) File(ctx context.Context, tag, id string) (*models.Attachment, []byte, error) {
	record, err := s.Asset(ctx, tag)
	if err != nil {
		return nil, nil, err
	}
	asset, err := store.Decode[models.Asset](record)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(asset.Files, func(f models.Attachment) bool { return f.ID == id })
	if at < 0 {
		return nil, nil, noFile
	}
	file, err := store.Get[models.File](ctx, s.Book.Store, store.Files, id)
	if err != nil {
		return nil, nil, err
	}
	return &asset.Files[at], file.Content, nil
}

// Photo checks a photo that is kept with something else than an asset.
func (s *Service) Photo(content []byte) (*models.File, error) {
	media, err := fileType(content)
	if err == nil && !strings.HasPrefix(media, "image/") {
		err = models.Refuse(models.Unsupported, "photo", "is %s; a photo is JPEG, PNG or WebP", media)
	}
	if err != nil {
		return nil, err
	}
	return &models.File{ID: s.newID(), Type: media, Content: content}, nil
}

// fileType returns the media type that content shows itself to be.
func fileType(content []byte) (string, error) {
	switch {
	case len(content) == 0:
		return "", models.Refuse(models.Invalid, "file", "is empty")
	case len(content) > LargestFile:
		return "", models.Refuse(models.TooLarge, "file", "is larger than %d MB", LargestFile>>20)
	}
	media, _, _ := strings.Cut(mimetype.Detect(content).String(), ";")
	if !slices.Contains(accepted, media) {
		return "", models.Refuse(models.Unsupported, "file", "is %s; photos (JPEG, PNG, WebP), PDF, text and office documents are taken", media)
	}
	if strings.HasPrefix(media, "image/") {
		if err := CheckImage(content); err != nil {
			return "", err
		}
	}
	return media, nil
}

// CheckImage refuses a photo that cannot be read or is too large to decode.
func CheckImage(content []byte) error {
	config, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return models.Refuse(models.Invalid, "file", "is a photo that cannot be read; take it again").Because(err)
	}
	if config.Width*config.Height > LargestImage {
		return models.Refuse(models.TooLarge, "file", "is a photo of %d × %d; at most %d million pixels are taken", config.Width, config.Height, LargestImage/1_000_000)
	}
	return nil
}

// fileName keeps the last part of a name, without what no file system or header
// takes.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`"<>:|?*/`, r) {
			return '_'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > longestName {
		extension := []rune(path.Ext(name))
		if len(extension) > 10 {
			extension = nil
		}
		name = string(runes[:longestName-len(extension)]) + string(extension)
	}
	if name == "." || strings.TrimSpace(name) == "" {
		return "file"
	}
	return name
}
