CREATE TABLE "email_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"old_email" text NOT NULL,
	"new_email" text NOT NULL,
	"old_token_hash" text NOT NULL,
	"new_token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"old_confirmed_at" timestamp with time zone,
	"new_confirmed_at" timestamp with time zone,
	"done_at" timestamp with time zone,
	"cancelled_at" timestamp with time zone,
	CONSTRAINT "email_changes_old_token" UNIQUE("old_token_hash"),
	CONSTRAINT "email_changes_new_token" UNIQUE("new_token_hash"),
	CONSTRAINT "email_changes_email_lower" CHECK ("email_changes"."new_email" = lower("email_changes"."new_email")),
	CONSTRAINT "email_changes_done_by_both" CHECK ("email_changes"."done_at" is null or ("email_changes"."old_confirmed_at" is not null and "email_changes"."new_confirmed_at" is not null)),
	CONSTRAINT "email_changes_one_end" CHECK ("email_changes"."done_at" is null or "email_changes"."cancelled_at" is null)
);
--> statement-breakpoint
CREATE TABLE "registrations" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "registrations_email_lower" CHECK ("registrations"."email" = lower("registrations"."email"))
);
--> statement-breakpoint
CREATE TABLE "activity_heads" (
	"customer_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "activity_particulars" (
	"customer_id" uuid NOT NULL,
	"activity_id" uuid NOT NULL,
	"person_id" uuid,
	"salt" text NOT NULL,
	"facts" jsonb NOT NULL,
	CONSTRAINT "activity_particulars_customer_id_activity_id_pk" PRIMARY KEY("customer_id","activity_id")
);
--> statement-breakpoint
CREATE TABLE "person_activity" (
	"person_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"verb" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"network" text DEFAULT '' NOT NULL,
	CONSTRAINT "person_activity_person_id_id_pk" PRIMARY KEY("person_id","id")
);
--> statement-breakpoint
CREATE TABLE "account_request_events" (
	"request_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"person_id" uuid,
	"from_desk" boolean NOT NULL,
	"kind" text NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "account_request_events_request_id_id_pk" PRIMARY KEY("request_id","id")
);
--> statement-breakpoint
CREATE TABLE "account_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" bigint NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"person_id" uuid NOT NULL,
	"customer_id" uuid,
	"decider" text DEFAULT 'desk' NOT NULL,
	"desk_since" timestamp with time zone DEFAULT now(),
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"examined_at" timestamp with time zone,
	"decided_at" timestamp with time zone,
	"decided_by" uuid,
	CONSTRAINT "account_requests_number" UNIQUE("number"),
	CONSTRAINT "account_requests_kind" CHECK ("account_requests"."kind" in ('upgrade', 'name-supervisor')),
	CONSTRAINT "account_requests_status" CHECK ("account_requests"."status" in ('in-review', 'needs-information', 'completed', 'declined', 'cancelled')),
	CONSTRAINT "account_requests_settled" CHECK (("account_requests"."decided_at" is not null) = ("account_requests"."status" in ('completed', 'declined', 'cancelled')))
);
--> statement-breakpoint
CREATE TABLE "request_messages" (
	"customer_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"person_id" uuid NOT NULL,
	"from_desk" boolean NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "request_messages_customer_id_request_id_id_pk" PRIMARY KEY("customer_id","request_id","id")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"issuer_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"person_id" uuid NOT NULL,
	"linked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "identities_issuer_id_subject_pk" PRIMARY KEY("issuer_id","subject"),
	CONSTRAINT "identities_one_of_an_issuer" UNIQUE("person_id","issuer_id")
);
--> statement-breakpoint
CREATE TABLE "identity_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"issuer_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"person_id" uuid NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "issuer_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"issuer_id" uuid NOT NULL,
	CONSTRAINT "issuer_domains_lower" CHECK ("issuer_domains"."domain" = lower("issuer_domains"."domain"))
);
--> statement-breakpoint
CREATE TABLE "issuers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"name" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" text,
	"is_staff_issuer" boolean DEFAULT false NOT NULL,
	"is_exclusive" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "issuers_issuer_unique" UNIQUE("issuer")
);
--> statement-breakpoint
CREATE TABLE "person_mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid,
	"to_address" text NOT NULL,
	"language" text NOT NULL,
	"template" text NOT NULL,
	"params" jsonb NOT NULL,
	"topics" text[] DEFAULT '{}'::text[] NOT NULL,
	"message_id" text NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"claimed_until" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"refused_at" timestamp with time zone,
	"refusal" text
);
--> statement-breakpoint
CREATE TABLE "undelivered_mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"person_id" uuid,
	"customer_number" text DEFAULT '' NOT NULL,
	"to_address" text NOT NULL,
	"template" text NOT NULL,
	"tries" integer NOT NULL,
	"refusal" text NOT NULL,
	"written_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "calendar_feeds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"filter" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"renewed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"last_fetched_on" date,
	CONSTRAINT "calendar_feeds_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "company_notification_choices" (
	"customer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"topics" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"lead_days" integer[],
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "company_notification_choices_customer_id_person_id_pk" PRIMARY KEY("customer_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "daily_jobs" (
	"name" text PRIMARY KEY NOT NULL,
	"done_for" date NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "expiry_reminders" (
	"customer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"subject_id" uuid NOT NULL,
	"ends_on" date NOT NULL,
	"lead_days" integer NOT NULL,
	"reminded_on" date NOT NULL,
	CONSTRAINT "expiry_reminders_customer_id_person_id_subject_id_ends_on_lead_days_pk" PRIMARY KEY("customer_id","person_id","subject_id","ends_on","lead_days")
);
--> statement-breakpoint
CREATE TABLE "notification_choices" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"topics" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"lead_days" integer[],
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"privileges" jsonb NOT NULL,
	"invited_by" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"accepted_by" uuid,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "invitations_customer_id_id_pk" PRIMARY KEY("customer_id","id"),
	CONSTRAINT "invitations_token" UNIQUE("customer_id","token_hash"),
	CONSTRAINT "invitations_email_lower" CHECK ("invitations"."email" = lower("invitations"."email")),
	CONSTRAINT "invitations_ended_once" CHECK ("invitations"."accepted_at" is null or "invitations"."withdrawn_at" is null),
	CONSTRAINT "invitations_accepted_by" CHECK ("invitations"."accepted_at" is null or "invitations"."accepted_by" is not null)
);
--> statement-breakpoint
CREATE TABLE "privilege_drafts" (
	"customer_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_by" uuid NOT NULL,
	"entries" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"request_id" uuid,
	CONSTRAINT "privilege_drafts_customer_id_id_pk" PRIMARY KEY("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "review_lines" (
	"customer_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"decision" text,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	CONSTRAINT "review_lines_customer_id_request_id_person_id_pk" PRIMARY KEY("customer_id","request_id","person_id"),
	CONSTRAINT "review_lines_decision" CHECK ("review_lines"."decision" in ('kept', 'changed', 'removed')),
	CONSTRAINT "review_lines_decided" CHECK (("review_lines"."decision" is null) = ("review_lines"."decided_at" is null))
);
--> statement-breakpoint
CREATE TABLE "kept_forms" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"action" text NOT NULL,
	"fields" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kept_forms_action_is_ours" CHECK ("kept_forms"."action" like '/%')
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"person_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "recovery_codes_person_id_code_hash_pk" PRIMARY KEY("person_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "second_factors" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"secret" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"confirmed_at" timestamp with time zone,
	"last_step" bigint DEFAULT 0 NOT NULL,
	"shown_codes" text,
	"shown_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "associations" ADD COLUMN "awaits_confirmation" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "requires_second_factor" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "activity" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "activity" ADD COLUMN "particulars_digest" text;--> statement-breakpoint
ALTER TABLE "activity" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "mails" ADD COLUMN "topics" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "mails" ADD COLUMN "claimed_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mails" ADD COLUMN "refused_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mails" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "last_signed_in_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "people" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "authenticated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "keep_sessions_days" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "keep_invitations_days" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "keep_drafts_days" integer DEFAULT 365 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "keep_mail_days" integer DEFAULT 90 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "requires_second_factor" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "desk_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "email_changes" ADD CONSTRAINT "email_changes_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_heads" ADD CONSTRAINT "activity_heads_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_particulars" ADD CONSTRAINT "activity_particulars_activity" FOREIGN KEY ("customer_id","activity_id") REFERENCES "public"."activity"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_activity" ADD CONSTRAINT "person_activity_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_request_events" ADD CONSTRAINT "account_request_events_request_id_account_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."account_requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_requests" ADD CONSTRAINT "account_requests_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_requests" ADD CONSTRAINT "account_requests_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_messages" ADD CONSTRAINT "request_messages_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_links" ADD CONSTRAINT "identity_links_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_links" ADD CONSTRAINT "identity_links_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuer_domains" ADD CONSTRAINT "issuer_domains_issuer_id_issuers_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "public"."issuers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_mails" ADD CONSTRAINT "person_mails_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "undelivered_mails" ADD CONSTRAINT "undelivered_mails_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "calendar_feeds" ADD CONSTRAINT "calendar_feeds_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "company_notification_choices" ADD CONSTRAINT "company_notification_choices_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "company_notification_choices" ADD CONSTRAINT "company_notification_choices_association" FOREIGN KEY ("customer_id","person_id") REFERENCES "public"."associations"("customer_id","person_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expiry_reminders" ADD CONSTRAINT "expiry_reminders_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_choices" ADD CONSTRAINT "notification_choices_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_people_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_accepted_by_people_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privilege_drafts" ADD CONSTRAINT "privilege_drafts_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privilege_drafts" ADD CONSTRAINT "privilege_drafts_created_by_people_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "privilege_drafts" ADD CONSTRAINT "privilege_drafts_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_lines" ADD CONSTRAINT "review_lines_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_lines" ADD CONSTRAINT "review_lines_request" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."requests"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kept_forms" ADD CONSTRAINT "kept_forms_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "second_factors" ADD CONSTRAINT "second_factors_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "email_changes_by_person" ON "email_changes" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE INDEX "registrations_by_email" ON "registrations" USING btree ("email");--> statement-breakpoint
CREATE INDEX "registrations_by_age" ON "registrations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "activity_particulars_by_person" ON "activity_particulars" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "person_activity_by_time" ON "person_activity" USING btree ("person_id","at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "account_requests_by_person" ON "account_requests" USING btree ("person_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "account_requests_by_customer" ON "account_requests" USING btree ("customer_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "account_requests_by_time" ON "account_requests" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "account_requests_for_desk" ON "account_requests" USING btree ("desk_since","id") WHERE "account_requests"."desk_since" is not null;--> statement-breakpoint
CREATE INDEX "identity_links_by_person" ON "identity_links" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "issuer_domains_by_issuer" ON "issuer_domains" USING btree ("issuer_id");--> statement-breakpoint
CREATE INDEX "person_mails_unsent" ON "person_mails" USING btree ("sent_at","created_at");--> statement-breakpoint
CREATE INDEX "person_mails_by_person" ON "person_mails" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "undelivered_mails_by_time" ON "undelivered_mails" USING btree ("at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "calendar_feeds_by_person" ON "calendar_feeds" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE INDEX "company_notification_choices_by_person" ON "company_notification_choices" USING btree ("person_id","customer_id");--> statement-breakpoint
CREATE INDEX "expiry_reminders_by_end" ON "expiry_reminders" USING btree ("customer_id","ends_on");--> statement-breakpoint
CREATE INDEX "privilege_drafts_by_age" ON "privilege_drafts" USING btree ("customer_id","created_at");--> statement-breakpoint
CREATE INDEX "kept_forms_by_person" ON "kept_forms" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE INDEX "activity_latest" ON "activity" USING btree ("at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "activity_by_person" ON "activity" USING btree ("customer_id","person_id","at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "requests_for_desk" ON "requests" USING btree ("desk_since","id") WHERE "requests"."desk_since" is not null;--> statement-breakpoint
ALTER TABLE "activity" ADD CONSTRAINT "activity_in_order" UNIQUE("customer_id","seq");--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_deleted_erased" CHECK ("people"."deleted_at" is null or ("people"."name" = '' and "people"."phone" = '' and "people"."password_hash" is null
        and "people"."confirmed_at" is null and "people"."primary_customer_id" is null and not "people"."is_staff"
        and "people"."email" like 'deleted-%@deleted.invalid'));