DROP INDEX "activity_by_time";--> statement-breakpoint
DROP INDEX "activity_latest";--> statement-breakpoint
DROP INDEX "activity_by_person";--> statement-breakpoint
DROP INDEX "person_activity_by_time";--> statement-breakpoint
DROP INDEX "publisher_activity_latest";--> statement-breakpoint
DROP INDEX "account_requests_by_person";--> statement-breakpoint
DROP INDEX "account_requests_by_customer";--> statement-breakpoint
DROP INDEX "undelivered_mails_by_time";--> statement-breakpoint
DROP INDEX "requests_by_time";--> statement-breakpoint
DROP INDEX "requests_by_person";--> statement-breakpoint
CREATE INDEX "activity_by_time" ON "activity" USING btree ("customer_id","at","id");--> statement-breakpoint
CREATE INDEX "activity_latest" ON "activity" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "activity_by_person" ON "activity" USING btree ("customer_id","person_id","at","id");--> statement-breakpoint
CREATE INDEX "person_activity_by_time" ON "person_activity" USING btree ("person_id","at","id");--> statement-breakpoint
CREATE INDEX "publisher_activity_latest" ON "publisher_activity" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "account_requests_by_person" ON "account_requests" USING btree ("person_id","created_at","id");--> statement-breakpoint
CREATE INDEX "account_requests_by_customer" ON "account_requests" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "undelivered_mails_by_time" ON "undelivered_mails" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "requests_by_time" ON "requests" USING btree ("customer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "requests_by_person" ON "requests" USING btree ("customer_id","requested_by","created_at","id");