// SPDX-License-Identifier: MIT
// Objects, exceptions, calls and iterables of Python as values that fanout can carry.
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <utility>

#include <pybind11/pybind11.h>

#include <fanout/errors.hpp>

namespace py = pybind11;

// A Python object that may be copied and destroyed by threads that do not hold the GIL.
class Object {
 public:
  Object() = default;
  explicit Object(py::object object) : object_(object.release().ptr(), &drop) {}

  explicit operator bool() const { return object_ != nullptr; }
  PyObject* ptr() const { return object_.get(); }
  py::object get() const { return py::reinterpret_borrow<py::object>(object_.get()); }

 private:
  static void drop(PyObject* object) {
    // An interpreter that is about to end ends each other thread that asks it for the GIL.
    if (Py_IsInitialized() == 0 || (_Py_IsFinalizing() != 0 && PyGILState_Check() == 0)) return;
    const py::gil_scoped_acquire gil;
    Py_XDECREF(object);
  }

  std::shared_ptr<PyObject> object_;
};

// A Python exception on its way through C++, which comes out as the very same object.
struct PythonError : std::exception {
  explicit PythonError(Object object) : exception(std::move(object)) {}
  const char* what() const noexcept override { return "an exception of Python"; }
  Object exception;
};

[[noreturn]] inline void throw_python_error() {
  const py::error_already_set error;
  if (error.trace()) PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
  throw PythonError(Object(error.value()));
}

inline py::object make_error(const char* module, const char* type, const std::exception& error) {
  return py::module_::import(module).attr(type)(error.what());
}

inline py::object to_python(const std::exception_ptr& pointer);

// fanout nests what broke a pool in what it throws; Python calls that the cause.
inline py::object with_cause(py::object exception, const std::exception& error) {
  try {
    std::rethrow_if_nested(error);
  } catch (...) {
    PyException_SetCause(exception.ptr(), to_python(std::current_exception()).release().ptr());
  }
  return exception;
}

inline py::object to_python(const std::exception_ptr& pointer) {
  try {
    std::rethrow_exception(pointer);
  } catch (const PythonError& error) {
    return error.exception.get();
  } catch (const fanout::CancelledError& error) {
    return make_error("concurrent.futures", "CancelledError", error);
  } catch (const fanout::TimeoutError& error) {
    return make_error("concurrent.futures", "TimeoutError", error);
  } catch (const fanout::InvalidStateError& error) {
    return make_error("concurrent.futures", "InvalidStateError", error);
  } catch (const fanout::BrokenThreadPool& error) {
    return with_cause(make_error("concurrent.futures.thread", "BrokenThreadPool", error), error);
  } catch (const std::exception& error) {
    return with_cause(make_error("builtins", "RuntimeError", error), error);
  }
}

// A call of Python, as a task, an initializer or a callback.
struct Call {
  Object fn;
  Object args;
  Object kwargs;

  Object operator()() const {
    const py::gil_scoped_acquire gil;
    return called(PyObject_Call(fn.ptr(), args.ptr(), kwargs.ptr()));
  }

  // For map: the arguments come one by one.
  template <class... Args>
    requires(sizeof...(Args) > 0 && (std::same_as<Args, Object> && ...))
  Object operator()(const Args&... each) const {
    const py::gil_scoped_acquire gil;
    return called(PyObject_CallFunctionObjArgs(fn.ptr(), each.ptr()..., nullptr));
  }

 private:
  static Object called(PyObject* result) {
    if (result == nullptr) throw_python_error();
    return Object(py::reinterpret_steal<py::object>(result));
  }
};

// An iterable of Python as an input range, which is read where fanout advances its iterator.
class Inputs {
 public:
  explicit Inputs(const py::handle& iterable) : iterator_(Object(py::iter(iterable))) {}

  class Iterator {
   public:
    using value_type = Object;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(Inputs* inputs) : inputs_(inputs) {}
    Object operator*() const { return inputs_->current_; }
    Iterator& operator++() {
      inputs_->read();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.at_end(); }

   private:
    bool at_end() const { return !inputs_->current_; }
    Inputs* inputs_;
  };

  Iterator begin() {
    read();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  void read() {
    const py::gil_scoped_acquire gil;
    PyObject* const next = PyIter_Next(iterator_.ptr());
    if (next == nullptr && PyErr_Occurred() != nullptr) throw_python_error();
    current_ = next == nullptr ? Object() : Object(py::reinterpret_steal<py::object>(next));
  }

  Object iterator_;
  Object current_;
};

template <>
struct pybind11::detail::type_caster<Object> {
  PYBIND11_TYPE_CASTER(Object, const_name("object"));
  bool load(handle source, bool) {
    value = Object(reinterpret_borrow<object>(source));
    return true;
  }
  static handle cast(const Object& object, return_value_policy, handle) {
    return object.get().release();
  }
};
