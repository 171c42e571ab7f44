-- To whom an e-mail goes that is rendered at sending, when its subscription has ended and forgotten the address (N5).
ALTER TABLE ledger ADD COLUMN address BYTEA; -- sealed; erased when nothing is owed any more
