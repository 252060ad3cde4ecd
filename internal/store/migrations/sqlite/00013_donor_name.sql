-- +goose Up
ALTER TABLE donation ADD COLUMN name TEXT NOT NULL DEFAULT '';  -- as it was typed; the donor has it from the first payment on
ALTER TABLE donor ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;   -- rises with each change of address: what was signed for the donor before holds no more
