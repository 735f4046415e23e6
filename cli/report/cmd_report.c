#include "base/log.h"
#include "base/temporary.h"
#include "cli/command.h"
#include "cli/report/report.h"
#include "cli/table.h"

#include <errno.h>
#include <string.h>

static int open_all(struct report *report, const struct options *options)
{
	const struct reader_process *process;
	int status = recording_open(&report->recording, options, options->arguments[0]);
	char why[TEXT_WHY];

	if (status)
		return status;
	report->info = reader_info(report->recording.reader);
	report->events = temporary_open();
	report->gaps = temporary_open();
	report->inspections = temporary_open();
	if (!report->events || !report->gaps || !report->inspections) {
		log_error("cannot keep what happened in a file of %s: %s", temporary_directory(),
			  strerror(errno));
		return EXIT_FAIL;
	}
	if (line_names_open(&report->names, report->recording.reader, &report->recording.query,
			    why) < 0) {
		log_error("%s: %s", report->recording.path, why);
		return EXIT_FAIL;
	}
	report->name_width = table_widen(TABLE_NAME_LEAST, TOTAL_NAME " RSS");
	for (size_t i = 0; (process = reader_process(report->recording.reader, i)) != NULL; i++)
		report->name_width = table_widen(report->name_width, process->name);
	return 0;
}

static int read_all(struct report *report, const struct options *options)
{
	char why[TEXT_WHY];
	struct recording *recording = &report->recording;
	int error = summary_read(&report->summary, recording->reader, &recording->query,
				 options->json ? report_json_take : report_text_take, report);

	recording_hide_progress(recording);
	if (error) {
		log_error("%s: %s", recording->path, summary_why(why, recording->reader, error));
		return EXIT_FAIL;
	}
	if (fflush(report->events) || fflush(report->gaps) || fflush(report->inspections)) {
		log_error("cannot keep what happened in a file of %s: %s", temporary_directory(),
			  strerror(errno));
		return EXIT_FAIL;
	}
	return 0;
}

static void close_all(struct report *report)
{
	summary_free(&report->summary);
	line_names_close(&report->names);
	if (report->events)
		fclose(report->events);
	if (report->gaps)
		fclose(report->gaps);
	if (report->inspections)
		fclose(report->inspections);
	inspected_free(&report->inspected);
	recording_close(&report->recording);
}

static int run(const struct options *options)
{
	struct report report = { 0 };
	int status = open_all(&report, options);

	if (!status)
		status = read_all(&report, options);
	if (!status && options->json)
		report_json_print(&report);
	else if (!status)
		report_text_print(&report);
	close_all(&report);
	return status;
}

const struct command command_report = {
	.name = "report",
	.arguments = "FILE",
	.summary = "What a recorded session came to: memory, growth, spans, events, gaps.",
	.groups = OPTIONS_PART | OPTIONS_JSON,
	.least = 1,
	.most = 1,
	.run = run,
};
