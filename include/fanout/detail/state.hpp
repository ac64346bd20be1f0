// SPDX-License-Identifier: MIT
// The shared state behind a future, without its value type: one atomic word and an outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeinfo>

#include <fanout/detail/deadline.hpp>
#include <fanout/detail/listener.hpp>
#include <fanout/detail/seam.hpp>

namespace fanout::detail {

class State;

[[noreturn]] void throw_no_state();

// Hands an exception that reaches nobody to the hook of on_unhandled_exception.
void report_unhandled(std::exception_ptr error, std::string_view where) noexcept;

enum class Status : std::uintptr_t { pending = 0, running = 1, cancelled = 2, finished = 3 };

// What a state asks of the executor that will run it.
class Owner {
 public:
  // The state left `pending` by being cancelled. Short, throws nothing, takes no stripe lock.
  virtual void on_cancel(State& state) noexcept = 0;

 protected:
  ~Owner() = default;
};

// The link by which a task stands in a queue; it belongs to the queue.
struct QueueLink {
  Atomic<QueueLink*> next{nullptr};
};

//   pending --start()--> running --finish()--> finished
//      \------cancel()-----------------------> cancelled
//
// Leaving `pending` is one compare-exchange, so start() and cancel() never both win. The thread
// that wins start() owns the outcome until it calls finish(); the thread that wins cancel()
// destroys the callable. A state with a time limit has two that may finish it; settle() chooses
// between them.
//
// The word: two bits of status, three bits that keep the block alive, and the listeners.
//
//   bit        set by                          cleared by
//   queued     before it enters a queue        whoever takes it out of that queue
//   overrun    the timer that will finish it   the worker, when the callable returns after all
//   detached   the last handle going away      never
//
// The block is freed by whoever makes the last of these true: final, detached, not queued, not
// overrun. All four are in one word, so exactly one thread sees that. The worker that runs a task
// needs no reference of its own: until it finishes the state, the state is not final.
//
//   field        written by                         read by
//   word_        everybody, by compare-exchange     everybody
//   refs_        handles                            handles
//   error_       the owner of the outcome           anyone, once done()
//   looked_at_   anyone                             the thread that destroys the state
//   taken_       anyone, once done()                anyone, once done()
//   owner_       the executor, before it is queued  anyone
class State : public QueueLink {
 public:
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static void* operator new(std::size_t size);
  static void* operator new(std::size_t size, std::align_val_t alignment);
  static void operator delete(void* block, std::size_t size) noexcept;
  static void operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept;

  // --- handles: a new state has one ---

  void add_handle() noexcept {
    // relaxed: the new handle is made from one that keeps the state alive.
    refs_.fetch_add(1, std::memory_order_relaxed);
  }
  void drop_handle() noexcept;

  bool has_one_handle() const noexcept {
    // acquire: pairs with the release in drop_handle(), so that the other handles' uses of the
    // value are over before this thread moves it.
    return refs_.load(std::memory_order_acquire) == 1;
  }

  // --- questions: never block ---

  Status status() const noexcept { return status_of(word()); }
  bool done() const noexcept { return is_final(word()); }
  bool failed() const noexcept { return status() == Status::finished && error_ != nullptr; }

  // As AnyFuture::describe().
  std::string describe();

  // --- the reader's side ---

  // Blocks until done. In a task it first runs the awaited task itself if that is of the same pool
  // and has not started; throws DeadlockError if the wait would close a circle.
  void wait();

  // As wait() where the deadline never passes; otherwise only blocks. Says whether it is done.
  bool wait_until(Deadline deadline);

  // Only blocks, whoever calls it. Says whether it is done.
  bool block_until(Deadline deadline);

  // Waits, then throws what result() throws when there is no value to return.
  void wait_for_value(Deadline deadline);

  // Waits; null on success. Throws CancelledError or TimeoutError.
  std::exception_ptr wait_for_exception(Deadline deadline);

  // The first caller may move the value out, later ones get InvalidStateError.
  void claim_value();

  bool cancel() noexcept;
  virtual bool request_stop() noexcept;

  // As status() == Status::running, also for a task that is started out of this process's sight.
  bool is_running() noexcept {
    if (status() == Status::pending) notice_start();
    return status() == Status::running;
  }

  // False: it is done already and the listener was not added.
  bool add_listener(Listener& listener) noexcept;

  // False: it was not there any more, so it was or is just being notified.
  bool remove_listener(Listener& listener) noexcept;

  // --- the executor's side ---

  Owner* owner() const noexcept { return owner_; }

  // Before the state enters a queue of `owner`.
  void enqueue_for(Owner& owner) noexcept;

  // Never entered the queue after all.
  void take_back() noexcept;

  // Taken out of its queue for good, still pending; the caller has a handle.
  void withdrawn_from_queue() noexcept;

  // The caller took the state out of its queue and wants to run it. False: there is nothing to run;
  // the caller goes on to leave_queue().
  bool start_dequeued() noexcept;

  // Starts a state wherever it is; if it stands in a queue it stays there as an empty shell.
  bool start() noexcept;

  // The caller took the state out of its queue and did not start it. The state may be gone.
  void leave_queue() noexcept;

  // Calls the callable, stores what it returns or throws, destroys it. The caller started the state
  // and calls finish() next; or leave_overrun(), if the limit settled the outcome meanwhile.
  void run();

  // After run(): did the task throw?
  bool has_error() const noexcept { return error_ != nullptr; }

  // Publishes the outcome and tells the listeners. The state may be gone.
  void finish() noexcept;

  // Instead of run(), for a started state that will never run.
  void fail(std::exception_ptr error) noexcept;

  // --- time limits ---

  bool has_limit() const noexcept { return has_limit_; }
  virtual double limit_seconds() const noexcept { return 0; }

  // The limit of the running state has passed. True: the task was not first, so the caller goes on
  // to finish_overrun(), and the worker to leave_overrun() when the callable returns, in either
  // order.
  bool settle_overrun() noexcept;
  bool is_overrun() const noexcept { return (word() & overrun) != 0; }

  // Asks the task to stop and finishes the state. The state may be gone.
  void finish_overrun(std::exception_ptr error) noexcept;
  void leave_overrun() noexcept { clear(overrun); }

  // What messages call the task.
  virtual std::string name() const;

 protected:
  explicit State(bool has_limit = false) noexcept : has_limit_(has_limit) {}
  virtual ~State() = default;

  // Calls the callable and stores the value; what it throws is stored by run().
  virtual void invoke() = 0;

  // Destroys the callable, which exists until then.
  virtual void discard() noexcept = 0;

  // --- for a task that runs in another process ---

  // Whoever holds the task makes sure that it never starts, or says false: it has started. Called
  // before a pending state is cancelled, with a handle.
  virtual bool withdraw() noexcept { return true; }

  // Moves a pending state on to running if its task was started elsewhere.
  virtual void notice_start() noexcept {}

  // Waits for a moment without sleeping; says whether the state is done.
  virtual bool await_briefly() noexcept;

  // What the task returns.
  virtual const std::type_info& value_type() const noexcept { return typeid(void); }

  // What an unnamed task is called by.
  virtual const std::type_info& callable_type() const noexcept { return typeid(*this); }

  // The source of the token that the task was given, or null if it takes none.
  virtual std::stop_source* stop_source() noexcept { return nullptr; }

  // True for the first caller only: it may write the outcome. Only states that more than one thread
  // may want to finish have something to decide.
  virtual bool settle() noexcept { return true; }

  void set_error(std::exception_ptr error) noexcept {
    error_ = static_cast<std::exception_ptr&&>(error);
  }

 private:
  static constexpr std::uintptr_t status_bits = 3;
  static constexpr std::uintptr_t final_bit = 2;
  static constexpr std::uintptr_t queued = 4;
  static constexpr std::uintptr_t overrun = 8;
  static constexpr std::uintptr_t detached = 16;
  static constexpr std::uintptr_t listener_bits = ~std::uintptr_t{31};

  static Status status_of(std::uintptr_t word) noexcept { return Status{word & status_bits}; }
  static bool is_final(std::uintptr_t word) noexcept { return (word & final_bit) != 0; }
  static Listener* listeners_of(std::uintptr_t word) noexcept {
    return reinterpret_cast<Listener*>(word & listener_bits);
  }
  static bool is_free(std::uintptr_t word) noexcept {
    return (word & (final_bit | detached | queued | overrun)) == (final_bit | detached);
  }

  std::uintptr_t word() const noexcept {
    // acquire: pairs with the release in finish(), which publishes the outcome.
    return word_.load(std::memory_order_acquire);
  }

  void clear(std::uintptr_t bit) noexcept;
  void destroy() noexcept;

  Atomic<std::uintptr_t> word_{0};
  Owner* owner_ = nullptr;
  std::exception_ptr error_;
  Atomic<std::uint32_t> refs_{1};
  Atomic<bool> looked_at_{false};
  Atomic<bool> taken_{false};
  const bool has_limit_;
};

}  // namespace fanout::detail
