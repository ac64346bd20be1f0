// SPDX-License-Identifier: MIT
// fanout as a Python module: names and types are translated, all else is fanout's.
//
// Every call that may block, or run somebody's code, releases the GIL, since tasks need it to run.
// The names are those of C++; stand_in.py gives them Python's signatures.
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pybind11/operators.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <fanout/fanout.hpp>

#include "python.hpp"
#include "threads.hpp"

namespace {

using Future = fanout::Future<Object>;
using Promise = fanout::Promise<Object>;
using Timeout = std::optional<double>;

std::vector<Future> futures_in(const py::iterable& futures) {
  std::vector<Future> found;
  for (const py::handle future : futures) found.push_back(future.cast<Future>());
  return found;
}

// An input range of C++ as an iterator of Python: the first step is begin(), later ones are ++.
template <class Range>
struct Steps {
  Range range;
  std::optional<typename Range::Iterator> at = {};

  auto next() {
    if (!at) {
      at = range.begin();
    } else if (*at != range.end()) {
      ++*at;
    }
    if (*at == range.end()) throw py::stop_iteration();
    return **at;
  }
};

using Completions = Steps<fanout::AsCompleted<Future>>;
using Results = Steps<fanout::MapResults<Object>>;

class Executor {
 public:
  Executor(std::optional<int> max_workers, std::string thread_name_prefix,
           std::optional<Call> initializer)
      : threads_(std::make_shared<Threads>()),
        pool_(std::in_place,
              fanout::ThreadPoolOptions{
                  .max_workers = max_workers,
                  .thread_name_prefix = std::move(thread_name_prefix),
                  .initializer = [threads = threads_, call = std::move(initializer)] {
                    threads->add_this_one();
                    if (call) (*call)();
                  }}) {}
  ~Executor() {
    const py::gil_scoped_release nogil;  // the destructor waits for the workers
    pool_.reset();
  }

  fanout::ThreadPoolExecutor& pool() { return *pool_; }
  std::vector<std::shared_ptr<Thread>> threads() {
    return threads_->wait_for(pool_->stats().workers);
  }

 private:
  std::shared_ptr<Threads> threads_;
  std::optional<fanout::ThreadPoolExecutor> pool_;
};

std::unique_ptr<Results> map(Executor& executor, Object fn, const py::args& iterables,
                             Timeout timeout, long chunksize) {
  fanout::MapOptions options{.chunksize = chunksize};
  if (timeout) options.timeout = fanout::Seconds(*timeout);
  std::vector<Inputs> inputs(iterables.begin(), iterables.end());
  const auto submit = [&](auto&&... ranges) {
    const py::gil_scoped_release nogil;
    return std::make_unique<Results>(
        executor.pool().map(options, Call{std::move(fn), {}, {}}, std::move(ranges)...));
  };
  switch (inputs.size()) {
    case 1:
      return submit(inputs[0]);
    case 2:
      return submit(inputs[0], inputs[1]);
    default:
      throw py::type_error("this binding maps over one iterable or two");
  }
}

}  // namespace

PYBIND11_MODULE(fanout_for_python, m) {
  using Nogil = py::call_guard<py::gil_scoped_release>;
  using fanout::Seconds;

  py::register_exception_translator([](std::exception_ptr pointer) {
    const auto raise = [&] {
      const py::object exception = to_python(pointer);
      PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
    };
    try {
      std::rethrow_exception(pointer);
    } catch (const PythonError&) {
      raise();
    } catch (const fanout::Error&) {
      raise();
    }
  });

  py::class_<Future>(m, "Future", py::dynamic_attr())
      .def("cancel", &Future::cancel, Nogil())
      .def("cancelled", &Future::cancelled)
      .def("running", &Future::running)
      .def("done", &Future::done)
      .def("describe", &Future::describe)
      .def(
          "result",
          [](const Future& self, Timeout timeout) -> Object {
            return timeout ? self.result(Seconds(*timeout)) : self.result();
          },
          py::arg("timeout") = py::none(), Nogil())
      .def(
          "exception",
          [](const Future& self, Timeout timeout) -> Object {
            const std::exception_ptr error =
                timeout ? self.exception(Seconds(*timeout)) : self.exception();
            const py::gil_scoped_acquire gil;
            return Object(error == nullptr ? py::none() : to_python(error));
          },
          py::arg("timeout") = py::none(), Nogil())
      .def(
          "add_done_callback",
          [](const Future& self, Object fn) {
            self.add_done_callback([call = Call{std::move(fn), {}, {}}](Future future) {
              const py::gil_scoped_acquire gil;
              call(Object(py::cast(std::move(future))));
            });
          },
          Nogil())
      .def(py::self == py::self)
      .def("__hash__", [](const Future& self) { return std::hash<Future>()(self); });

  py::class_<Promise>(m, "Promise")
      .def(py::init())
      .def("get_future", &Promise::get_future)
      .def("set_running_or_notify_cancel", &Promise::set_running_or_notify_cancel)
      .def(
          "set_value", [](Promise& self, Object value) { self.set_value(std::move(value)); },
          Nogil())
      .def(
          "set_exception",
          [](Promise& self, Object exception) {
            self.set_exception(std::make_exception_ptr(PythonError(std::move(exception))));
          },
          Nogil());

  py::class_<Thread, std::shared_ptr<Thread>>(m, "Thread")
      .def_readonly("name", &Thread::name)
      .def("join", [](const Thread& self) { self.gone.wait(); }, Nogil());

  py::class_<Results>(m, "MapResults")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &Results::next, Nogil())
      .def("close", [](Results& self) { self.range.close(); }, Nogil());

  py::class_<Completions>(m, "AsCompleted")
      .def("__iter__", [](py::object self) { return self; })
      .def("__next__", &Completions::next, Nogil());

  py::class_<Executor>(m, "ThreadPoolExecutor", py::dynamic_attr())
      .def(py::init([](std::optional<int> max_workers, std::string thread_name_prefix,
                       std::optional<py::function> initializer, py::tuple initargs) {
             std::optional<Call> call;
             if (initializer) {
               call = Call{Object(std::move(*initializer)), Object(std::move(initargs)), {}};
             }
             return std::make_unique<Executor>(max_workers, std::move(thread_name_prefix),
                                               std::move(call));
           }),
           py::arg("max_workers") = py::none(), py::arg("thread_name_prefix") = "",
           py::arg("initializer") = py::none(), py::arg("initargs") = py::tuple())
      .def("submit",
           [](Executor& self, Object fn, py::args args, py::kwargs kwargs) {
             Call call{std::move(fn), Object(std::move(args)), Object(std::move(kwargs))};
             const py::gil_scoped_release nogil;
             return self.pool().submit(std::move(call));
           })
      .def("map", &map, py::arg("fn"), py::arg("timeout") = py::none(), py::arg("chunksize") = 1)
      .def(
          "shutdown",
          [](Executor& self, bool wait, bool cancel_futures) {
            self.pool().shutdown({.wait = wait, .cancel_futures = cancel_futures});
          },
          py::arg("wait") = true, py::kw_only(), py::arg("cancel_futures") = false, Nogil())
      .def("threads", &Executor::threads, Nogil());

  py::enum_<fanout::ReturnWhen>(m, "ReturnWhen")
      .value("FIRST_COMPLETED", fanout::ReturnWhen::first_completed)
      .value("FIRST_EXCEPTION", fanout::ReturnWhen::first_exception)
      .value("ALL_COMPLETED", fanout::ReturnWhen::all_completed);

  m.def("wait", [](const py::iterable& iterable, Timeout timeout, fanout::ReturnWhen when) {
    const std::vector<Future> futures = futures_in(iterable);
    const py::gil_scoped_release nogil;
    auto [done, not_done] =
        timeout ? fanout::wait(futures, Seconds(*timeout), when) : fanout::wait(futures, when);
    return std::pair(std::move(done), std::move(not_done));
  });

  m.def("as_completed", [](const py::iterable& iterable, Timeout timeout) {
    const std::vector<Future> futures = futures_in(iterable);
    return std::unique_ptr<Completions>(
        new Completions{timeout ? fanout::as_completed(futures, Seconds(*timeout))
                                : fanout::as_completed(futures)});
  });

  m.def("on_unhandled_exception", [](std::optional<py::function> hook) {
    if (!hook) return fanout::on_unhandled_exception({});
    fanout::on_unhandled_exception(
        [fn = Object(std::move(*hook))](std::exception_ptr error, std::string_view where) {
          const py::gil_scoped_acquire gil;
          try {
            fn.get()(to_python(error), where);
          } catch (py::error_already_set& failed) {
            failed.discard_as_unraisable("the hook of on_unhandled_exception");
          }
        });
  });
}
