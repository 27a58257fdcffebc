PRAGMA foreign_keys = ON;
BEGIN; DELETE FROM sales WHERE id > 70; ROLLBACK;
BEGIN; DELETE FROM sales WHERE id % 10 = 0; COMMIT;
SELECT count(*) FROM sales;
INSERT INTO sales VALUES (1000, 99, 1, NULL);
.once report.csv
.mode csv
SELECT day, sum(count) FROM sales WHERE day BETWEEN '2026-02-01' AND '2026-02-05' GROUP BY day;
VACUUM;
