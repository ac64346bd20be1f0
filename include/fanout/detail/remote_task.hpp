// SPDX-License-Identifier: MIT
// The shared state of a call that runs in another process, and how submit makes one.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <fanout/detail/pending_call.hpp>
#include <fanout/detail/remote_call.hpp>
#include <fanout/detail/result_state.hpp>
#include <fanout/executor.hpp>
#include <fanout/future.hpp>

namespace fanout::detail {

// Callable and arguments are bytes by the time this exists. It keeps its client alive, so that a
// future may outlive its executor.
template <class T>
class RemoteTask final : public ResultState<T>, public PendingCall {
 public:
  RemoteTask(std::shared_ptr<Client> client, CallOptions options)
      : PendingCall(std::move(options)), client_(std::move(client)) {}

  State& state() noexcept override { return *this; }

  bool request_stop() noexcept override {
    return options().takes_token && !this->done() && request_stop_of(*client_, *this);
  }

  std::string name() const override {
    return options().name.empty() ? State::name() : options().name;
  }

 protected:
  void invoke() override {
    this->store([this]() -> T { return decode_result<T>(outcome()); });
  }
  void discard() noexcept override { payload().clear(); }

  const std::type_info& callable_type() const noexcept override { return *options().callable; }

  bool withdraw() noexcept override { return withdraw_call(*client_, *this); }
  void notice_start() noexcept override { notice_start_of(*client_, *this); }
  bool await_briefly() noexcept override { return await_call_briefly(*client_, *this); }

 private:
  const std::shared_ptr<Client> client_;
};

// A number for the calls of one chunk, never used before.
std::uint64_t new_group(Client& client);

// Makes calls and hands them to the client, which it keeps alive. A copy with a chunk size makes
// every so many consecutive calls one group.
class RemoteSubmitter {
 public:
  explicit RemoteSubmitter(std::shared_ptr<Client> client, std::int64_t chunksize = 1) noexcept
      : client_(std::move(client)), chunksize_(chunksize) {}

  const std::shared_ptr<Client>& client() const noexcept { return client_; }

  template <class Fn, class... Args>
  auto submit(Fn&& fn, Args&&... args) {
    CallOptions options;
    if (chunksize_ > 1) {
      if (left_in_group_ == 0) {
        left_in_group_ = chunksize_;
        group_ = new_group(*client_);
      }
      --left_in_group_;
      options.group = group_;
    }
    return submit_call_of(std::move(options), std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

  template <class Fn, class... Args>
  auto submit_with(TaskOptions given, Fn&& fn, Args&&... args) {
    CallOptions options;
    options.name = std::move(given.name);
    options.has_limit = given.timeout.has_value();
    options.limit_seconds = given.timeout.value_or(Seconds(0)).count();
    return submit_call_of(std::move(options), std::forward<Fn>(fn), std::forward<Args>(args)...);
  }

 private:
  template <class Fn, class... Args>
  auto submit_call_of(CallOptions options, Fn&& fn, Args&&... args) {
    if constexpr (call_crosses<std::decay_t<Fn>, std::decay_t<Args>...>()) {
      using Call = RemoteCall<Travels<Fn>, Travels<Args>...>;
      using T = typename Call::Result;
      options.takes_token = Call::takes_token;
      options.callable = &typeid(Travels<Fn>);
      refuse_in_forked_child();
      auto* const task = new RemoteTask<T>(client_, std::move(options));
      try {
        const std::size_t size = encoded_call_size(fn, args...);
        task->payload() = allocate_payload(*client_, size);
        Writer writer(task->payload().bytes().data(), size);
        encode_call(writer, fn, args...);
      } catch (...) {
        // It cannot be serialized: this future fails, and nothing else.
        task->start();
        task->fail(std::current_exception());
        task->finish();
        return FutureAccess::adopt<Future<T>>(task);
      }
      submit_or_drop(*task);
      return FutureAccess::adopt<Future<T>>(task);
    } else {
      explain_call<std::decay_t<Fn>, std::decay_t<Args>...>();
      return Future<void>();
    }
  }

  // Throws ShutdownError in a forked child, before anything is serialized: locks that this needs may
  // be held for ever there.
  void refuse_in_forked_child() const;

  // Takes the call, or throws and destroys it.
  void submit_or_drop(PendingCall& call) const;

  std::shared_ptr<Client> client_;
  std::int64_t chunksize_;
  std::int64_t left_in_group_ = 0;
  std::uint64_t group_ = 0;
};

}  // namespace fanout::detail
