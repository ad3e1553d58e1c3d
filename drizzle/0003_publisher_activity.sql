CREATE TABLE "publisher_activity" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"person_id" uuid,
	"verb" text NOT NULL,
	"object_kind" text NOT NULL,
	"object_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"particulars_digest" text,
	"hash" text NOT NULL,
	CONSTRAINT "publisher_activity_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "publisher_activity_head" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "publisher_activity_head_is_one_row" CHECK ("publisher_activity_head"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "publisher_activity_particulars" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"person_id" uuid,
	"salt" text NOT NULL,
	"facts" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "publisher_activity_particulars" ADD CONSTRAINT "publisher_activity_particulars_seq_publisher_activity_seq_fk" FOREIGN KEY ("seq") REFERENCES "public"."publisher_activity"("seq") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "publisher_activity_latest" ON "publisher_activity" USING btree ("at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "publisher_activity_particulars_by_person" ON "publisher_activity_particulars" USING btree ("person_id");