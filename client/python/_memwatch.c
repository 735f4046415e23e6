/*
 * The package's C half: libmemwatch's calls as Python's. It keeps the GIL through all of them but
 * flush, since each is shorter than letting it go would be. Built for the stable ABI: one file
 * serves Python 3.10 and all that come after.
 */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030a0000
#include <Python.h>

#include "client/memwatch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>

/* flush looks for ^C this often. */
#define FLUSH_SLICE_MS 50

/* --- arguments */

struct parameters {
	const char *function;
	const char *names[2];
	Py_ssize_t least;
};

static Py_ssize_t find_name(const struct parameters *parameters, PyObject *name)
{
	for (Py_ssize_t i = 0; i < 2; i++) {
		if (parameters->names[i] &&
		    PyUnicode_CompareWithASCIIString(name, parameters->names[i]) == 0)
			return i;
	}
	return -1;
}

static int take_keywords(const struct parameters *parameters, PyObject *const *values,
			 PyObject *names, PyObject *ret_values[2])
{
	Py_ssize_t count = names ? PyTuple_Size(names) : 0;

	for (Py_ssize_t i = 0; i < count; i++) {
		PyObject *name = PyTuple_GetItem(names, i);
		Py_ssize_t at = find_name(parameters, name);

		if (at < 0 || ret_values[at]) {
			PyErr_Format(PyExc_TypeError, "%s() got %s argument '%U'",
				     parameters->function, at < 0 ? "an unexpected" : "twice the",
				     name);
			return -1;
		}
		ret_values[at] = values[i];
	}
	return 0;
}

/* What was not given stays NULL. */
static int take_arguments(const struct parameters *parameters, PyObject *const *values,
			  Py_ssize_t count, PyObject *names, PyObject *ret_values[2])
{
	Py_ssize_t most = parameters->names[1] ? 2 : 1;

	if (count > most) {
		PyErr_Format(PyExc_TypeError, "%s() takes at most %zd arguments (%zd given)",
			     parameters->function, most, count);
		return -1;
	}
	for (Py_ssize_t i = 0; i < count; i++)
		ret_values[i] = values[i];
	if (names && take_keywords(parameters, values + count, names, ret_values) < 0)
		return -1;
	for (Py_ssize_t i = 0; i < parameters->least; i++) {
		if (!ret_values[i]) {
			PyErr_Format(PyExc_TypeError, "%s() needs the argument '%s'",
				     parameters->function, parameters->names[i]);
			return -1;
		}
	}
	return 0;
}

/* A text that stays valid as long as its owner: the str itself, or its bytes where it can't be told
 * in UTF-8. */
struct text {
	const char *bytes;
	PyObject *owner;
};

/* As it is, but for what no UTF-8 has, such as halves of surrogate pairs in a file's name: that is
 * escaped. */
static int escape(struct text *ret_text, PyObject *value)
{
	PyErr_Clear();
	ret_text->owner = PyUnicode_AsEncodedString(value, "utf-8", "backslashreplace");
	if (!ret_text->owner)
		return -1;
	ret_text->bytes = PyBytes_AsString(ret_text->owner);
	return 0;
}

static int take_text(struct text *ret_text, PyObject *value)
{
	ret_text->owner = NULL;
	ret_text->bytes = "";
	if (!value)
		return 0;
	if (!PyUnicode_Check(value)) {
		PyErr_Format(PyExc_TypeError, "expected a str, got %R", Py_TYPE(value));
		return -1;
	}
	ret_text->bytes = PyUnicode_AsUTF8AndSize(value, NULL);
	if (!ret_text->bytes)
		return escape(ret_text, value);
	ret_text->owner = Py_NewRef(value);
	return 0;
}

static void drop_text(struct text *text)
{
	Py_XDECREF(text->owner);
}

static int take_two_texts(const struct parameters *parameters, PyObject *const *values,
			  Py_ssize_t count, PyObject *names, struct text ret_texts[2])
{
	PyObject *given[2] = { NULL, NULL };

	if (take_arguments(parameters, values, count, names, given) < 0 ||
	    take_text(&ret_texts[0], given[0]) < 0)
		return -1;
	if (take_text(&ret_texts[1], given[1]) < 0) {
		drop_text(&ret_texts[0]);
		return -1;
	}
	return 0;
}

/* --- calls */

static const struct parameters register_parameters = { "register", { "name" }, 1 };

static PyObject *py_register(PyObject *module, PyObject *const *values, Py_ssize_t count,
			     PyObject *names)
{
	struct text texts[2];
	int error;

	(void)module;
	if (take_two_texts(&register_parameters, values, count, names, texts) < 0)
		return NULL;
	error = mw_register(texts[0].bytes);
	drop_text(&texts[0]);
	return PyBool_FromLong(error == 0);
}

static const struct parameters event_parameters = { "event", { "label", "category" }, 1 };

static PyObject *py_event(PyObject *module, PyObject *const *values, Py_ssize_t count,
			  PyObject *names)
{
	struct text texts[2];

	(void)module;
	if (take_two_texts(&event_parameters, values, count, names, texts) < 0)
		return NULL;
	if (texts[1].bytes[0])
		mw_eventf(texts[1].bytes, "%s", texts[0].bytes);
	else
		mw_event(texts[0].bytes);
	drop_text(&texts[0]);
	drop_text(&texts[1]);
	Py_RETURN_NONE;
}

#define OPEN_SPAN "memwatch.open_span"

struct open_span {
	mw_span span;
	struct text texts[2];
	bool ended;
};

/* A span that was never ended is none of the collector's: its texts go, and it stays open. */
static void forget_span(PyObject *capsule)
{
	struct open_span *open = PyCapsule_GetPointer(capsule, OPEN_SPAN);

	drop_text(&open->texts[0]);
	drop_text(&open->texts[1]);
	PyMem_Free(open);
}

static const struct parameters begin_parameters = { "begin", { "name", "category" }, 1 };

static PyObject *py_begin(PyObject *module, PyObject *const *values, Py_ssize_t count,
			  PyObject *names)
{
	struct open_span *open = PyMem_Malloc(sizeof *open);
	PyObject *capsule;

	(void)module;
	if (!open)
		return PyErr_NoMemory();
	open->ended = false;
	if (take_two_texts(&begin_parameters, values, count, names, open->texts) < 0) {
		PyMem_Free(open);
		return NULL;
	}
	capsule = PyCapsule_New(open, OPEN_SPAN, forget_span);
	if (!capsule) {
		drop_text(&open->texts[0]);
		drop_text(&open->texts[1]);
		PyMem_Free(open);
		return NULL;
	}
	open->span = mw_begin(open->texts[1].bytes, open->texts[0].bytes);
	return capsule;
}

static PyObject *py_end(PyObject *module, PyObject *capsule)
{
	struct open_span *open = PyCapsule_GetPointer(capsule, OPEN_SPAN);

	(void)module;
	if (!open)
		return NULL;
	if (!open->ended)
		mw_end(open->span);
	open->ended = true;
	Py_RETURN_NONE;
}

/* In slices, so that ^C is heard; a negative time is for ever. */
static PyObject *flush_for(double seconds)
{
	double left_ms = seconds * 1000;
	int error;

	do {
		int slice_ms = FLUSH_SLICE_MS;

		if (seconds >= 0 && left_ms < slice_ms)
			slice_ms = (int)left_ms;
		left_ms -= slice_ms;
		Py_BEGIN_ALLOW_THREADS error = mw_flush(slice_ms);
		Py_END_ALLOW_THREADS if (PyErr_CheckSignals() < 0) return NULL;
	} while (error == -ETIMEDOUT && (seconds < 0 || left_ms > 0));
	return PyBool_FromLong(error == 0);
}

static const struct parameters flush_parameters = { "flush", { "timeout" }, 0 };

static PyObject *py_flush(PyObject *module, PyObject *const *values, Py_ssize_t count,
			  PyObject *names)
{
	PyObject *given[2] = { NULL, NULL };
	double seconds = 1.0;

	(void)module;
	if (take_arguments(&flush_parameters, values, count, names, given) < 0)
		return NULL;
	if (given[0] == Py_None)
		return flush_for(-1);
	if (given[0])
		seconds = PyFloat_AsDouble(given[0]);
	if (PyErr_Occurred())
		return NULL;
	return flush_for(seconds > 0 ? seconds : 0);
}

static PyObject *py_dropped(PyObject *module, PyObject *none)
{
	(void)module;
	(void)none;
	return PyLong_FromUnsignedLongLong(mw_dropped());
}

/* --- the module; what each call does is told in memwatch/_memwatch.pyi and memwatch/__init__.py */

#define FAST(function) (PyCFunction)(void (*)(void))(function)

static PyMethodDef methods[] = {
	{ "register", FAST(py_register), METH_FASTCALL | METH_KEYWORDS,
	  "register($module, /, name)\n--\n\nName this process's line." },
	{ "event", FAST(py_event), METH_FASTCALL | METH_KEYWORDS,
	  "event($module, /, label, category='')\n--\n\nA milestone: this happened, now." },
	{ "begin", FAST(py_begin), METH_FASTCALL | METH_KEYWORDS,
	  "begin($module, /, name, category='')\n--\n\nBegin a span; what it gives is for end." },
	{ "end", py_end, METH_O, "end($module, span, /)\n--\n\nEnd a span; once only." },
	{ "flush", FAST(py_flush), METH_FASTCALL | METH_KEYWORDS,
	  "flush($module, /, timeout=1.0)\n--\n\nWait until a watcher has all events." },
	{ "dropped", py_dropped, METH_NOARGS,
	  "dropped($module, /)\n--\n\nEvents that could not be kept." },
	{ NULL, NULL, 0, NULL },
};

static PyModuleDef_Slot slots[] = { { 0, NULL } };

static struct PyModuleDef module_def = {
	PyModuleDef_HEAD_INIT,
	.m_name = "memwatch._memwatch",
	.m_doc = "libmemwatch's calls.",
	.m_methods = methods,
	.m_slots = slots,
};

PyMODINIT_FUNC PyInit__memwatch(void);

PyMODINIT_FUNC PyInit__memwatch(void)
{
	return PyModuleDef_Init(&module_def);
}
