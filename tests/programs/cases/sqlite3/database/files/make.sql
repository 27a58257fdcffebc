.mode csv
CREATE TABLE goods(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, price REAL CHECK (price > 0));
CREATE TABLE sales(id INTEGER PRIMARY KEY, good INTEGER REFERENCES goods(id), count INTEGER, day TEXT);
.import --skip 1 goods.csv goods
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
INSERT INTO sales SELECT i, i * 7 % 4 + 1, i % 13, date('2026-01-01', '+' || (i % 90) || ' days') FROM n;
COMMIT;
CREATE INDEX sales_by_day ON sales(day, good);
