-- Which calls led to the e-mail: their traceparents, separated by spaces, the first few of them; none where no traces are collected.
ALTER TABLE ledger ADD COLUMN traces TEXT;
