// SPDX-License-Identifier: MIT
// The ends of a call that know no types: finding the stub, and the outcome that is an exception.
#include <fanout/detail/remote_call.hpp>

#include "exception_codec.hpp"

namespace fanout::detail {

void write_error(ResultSink& sink, std::exception_ptr error) {
  const Bytes bytes = encode_exception(error);
  const std::size_t size = sizeof(Outcome) + bytes.size();
  Writer writer(sink.reserve(size), size);
  encode(writer, Outcome::error);
  writer.write(bytes.data(), bytes.size());
}

void throw_remote(Reader& reader) { std::rethrow_exception(decode_exception(reader)); }

void run_call(std::span<const std::byte> call, ResultSink& sink, std::stop_token token) {
  try {
    Reader reader(call.data(), call.size());
    const auto stub = decode<RemoteStub>(reader);
    if (stub == nullptr) throw_malformed("a call of nothing");
    stub(reader, sink, std::move(token));
  } catch (...) {
    write_error(sink, std::current_exception());
  }
}

}  // namespace fanout::detail
