package store

import "quartermaster/models"

// How people sign in besides their password, and sign-ins that are under way.
var (
	SecondFactors = &Collection{Name: "second_factors", New: of[models.SecondFactor]}
	Passkeys      = &Collection{Name: "passkeys", New: of[models.Passkey], Indexes: []Index{{Name: "person", Fields: []string{"person"}}}}
	Identities    = &Collection{Name: "identities", New: of[models.Identity], Indexes: []Index{{Name: "person", Fields: []string{"person"}}}}
	SignInSteps   = &Collection{Name: "sign_in_steps", New: of[models.SignInStep], Indexes: []Index{{Name: "expires", Fields: []string{"expires_at"}}}}
	SessionUses   = &Collection{Name: "session_uses", New: of[models.SessionUse], Indexes: []Index{{Name: "at", Fields: []string{"at"}}}}
)
